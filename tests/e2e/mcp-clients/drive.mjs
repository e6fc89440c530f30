// Drives an MCP server with one of the official clients and prints what it saw as one JSON line.
//   node drive.mjs <sdk1|legacy|auto|pin> http URL TOKEN CALLBACK_URL
//   node drive.mjs <sdk1|legacy|auto|pin> stdio COMMAND [ARGS…]
// A text that comes in at the callback service must reach the client as an update of a resource; over stdio the
// server's own log says where that service listens.
import * as v2 from '@modelcontextprotocol/client';
import * as v2stdio from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { createInterface } from 'node:readline';

const REVISION = '2026-07-28';
const INBOUND = 'bandwidth://messages/inbound';
const UPDATE_LIMIT_MS = 20_000;
const RETRY_MS = 250;
const [mode, transportKind, target, ...rest] = process.argv.slice(2);
const isV1 = mode === 'sdk1';

// The transport, and a promise of the callback service's address.
function connection() {
  if (transportKind === 'stdio') {
    const Stdio = isV1 ? StdioV1 : v2stdio.StdioClientTransport;
    const transport = new Stdio({ command: target, args: rest, env: process.env, stderr: 'pipe' });
    const callbacks = new Promise((resolve) => {
      createInterface({ input: transport.stderr }).on('line', (line) => {
        console.error(line);
        if (!line.includes('"service.ready"')) return;
        const url = JSON.parse(line).callback_url;
        if (url) resolve(url);
      });
    });
    return { transport, callbacks };
  }
  const Http = isV1 ? HttpV1 : v2.StreamableHTTPClientTransport;
  const headers = { Authorization: `Bearer ${rest[0]}` };
  return { transport: new Http(new URL(target), { requestInit: { headers } }), callbacks: Promise.resolve(rest[1]) };
}

const info = { name: 'drive', version: '1.0.0' };
const client = isV1
  ? new ClientV1(info)
  : new v2.Client(info, { versionNegotiation: { mode: mode === 'pin' ? { pin: REVISION } : mode } });

// The first update told of INBOUND; undefined when none comes.
function firstUpdate() {
  return new Promise((resolve) => {
    const told = (notification) => notification.params.uri === INBOUND && resolve(notification.params.uri);
    if (isV1) client.setNotificationHandler(ResourceUpdatedNotificationSchema, told);
    else client.setNotificationHandler('notifications/resources/updated', told);
    setTimeout(resolve, UPDATE_LIMIT_MS).unref();
  });
}

async function subscribe() {
  if (!isV1 && client.getProtocolEra() === 'modern') await client.listen({ resourceSubscriptions: [INBOUND] });
  else await client.subscribeResource({ uri: INBOUND });
}

function postText(callbacks, id) {
  const time = '2026-03-02T10:19:59.000Z';
  const [to, from] = ['+15550100002', '+15550100001'];
  const message = { id, owner: to, applicationId: 'app', time, segmentCount: 1, direction: 'in', to: [to], from, text: id };
  const event = { type: 'message-received', time, description: 'Incoming message received', to, message };
  return fetch(`${callbacks}/callbacks/messaging/inbound`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify([event]),
  });
}

// Texts come in until the client hears of one: a legacy client opens its stream for them when it likes.
async function awaitUpdate(callbacks) {
  let updated;
  const update = firstUpdate().then((uri) => { updated = uri ?? 'nothing'; });
  await subscribe();
  for (let count = 1; updated === undefined; ++count) {
    await postText(callbacks, `text-${count}`);
    await Promise.race([update, new Promise((resolve) => setTimeout(resolve, RETRY_MS))]);
  }
  return updated;
}

const { transport, callbacks } = connection();
await client.connect(transport);
const { tools } = await client.listTools();
const built = await client.callTool({
  name: 'generateBXML',
  arguments: { verbs: [{ verb: 'SpeakSentence', text: 'Fish & chips' }, { verb: 'Hangup' }] },
});
const refused = await client.callTool({ name: 'generateBXML', arguments: { verbs: [{ verb: 'Shout' }] } });
const { resources } = await client.listResources();
const config = await client.readResource({ uri: 'resource://config' });
const { prompts } = await client.listPrompts();
const prompt = await client.getPrompt({
  name: 'make_call',
  arguments: { to: '+15550101234', message: 'The shop is open until nine.' },
});
const complete = async (name, value) =>
  (await client.complete({ ref: { type: 'ref/prompt', name: 'make_call' }, argument: { name, value } })).completion.values;
const locales = await complete('locale', 'en');
const updated = await awaitUpdate(await callbacks);
const inbound = await client.readResource({ uri: INBOUND });
const numbers = await complete('to', '+1');
console.log(JSON.stringify({
  era: isV1 ? 'legacy' : client.getProtocolEra(),
  server: client.getServerVersion()?.name,
  instructions: (client.getInstructions() ?? '').length > 0,
  tools: tools.map((tool) => tool.name),
  built: built.content.map((block) => block.text ?? '').join(''),
  refused: refused.isError === true,
  resources: resources.map((resource) => resource.uri),
  config: config.contents.length,
  prompts: prompts.map((listed) => listed.name),
  prompt: prompt.messages.map((message) => message.content.text ?? '').join('\n'),
  locales,
  numbers,
  updated,
  inbound: inbound.contents.map((content) => content.text ?? '').join('\n'),
}));
await client.close();
