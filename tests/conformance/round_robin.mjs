// A balancer that knows nothing of sessions: each HTTP request goes to the next address, whatever it carries.
// Streams pass through as they come, and end when either side ends them.
//   node round_robin.mjs http://127.0.0.1:PORT http://127.0.0.1:PORT…
// The log line "service.ready" tells its port; a line "request.forwarded" follows for every request.
import http from 'node:http';

const targets = process.argv.slice(2).map((address) => new URL(address));
let count = 0;

const log = (event, fields) => console.error(JSON.stringify({ event, ...fields }));

const server = http.createServer((request, response) => {
  const chosen = count++ % targets.length;
  log('request.forwarded', { to: chosen, method: request.method });
  const { hostname, port } = targets[chosen];
  const options = { hostname, port, path: request.url, method: request.method, headers: request.headers };
  const forwarded = http.request({ ...options, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.rawHeaders);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  forwarded.on('error', () => response.destroy());
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
});

server.listen(0, '127.0.0.1', () =>
  log('service.ready', { service: 'round-robin', port: server.address().port }));
