// Drives an MCP server with one of the official clients and prints what it saw as one JSON line.
//   node drive.mjs <sdk1|legacy|auto|pin> http URL [TOKEN]
//   node drive.mjs <sdk1|legacy|auto|pin> stdio COMMAND [ARGS…]
import * as v2 from '@modelcontextprotocol/client';
import * as v2stdio from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';

const REVISION = '2026-07-28';
const [mode, transportKind, target, ...rest] = process.argv.slice(2);
const isV1 = mode === 'sdk1';

function transport() {
  if (transportKind === 'stdio') {
    const Stdio = isV1 ? StdioV1 : v2stdio.StdioClientTransport;
    return new Stdio({ command: target, args: rest, env: process.env });
  }
  const Http = isV1 ? HttpV1 : v2.StreamableHTTPClientTransport;
  const headers = rest[0] ? { Authorization: `Bearer ${rest[0]}` } : {};
  return new Http(new URL(target), { requestInit: { headers } });
}

const info = { name: 'drive', version: '1.0.0' };
const client = isV1
  ? new ClientV1(info)
  : new v2.Client(info, { versionNegotiation: { mode: mode === 'pin' ? { pin: REVISION } : mode } });

await client.connect(transport());
const { tools } = await client.listTools();
const built = await client.callTool({
  name: 'generateBXML',
  arguments: { verbs: [{ verb: 'SpeakSentence', text: 'Fish & chips' }, { verb: 'Hangup' }] },
});
const refused = await client.callTool({ name: 'generateBXML', arguments: { verbs: [{ verb: 'Shout' }] } });
const { resources } = await client.listResources();
const config = await client.readResource({ uri: 'resource://config' });
console.log(JSON.stringify({
  era: isV1 ? 'legacy' : client.getProtocolEra(),
  server: client.getServerVersion()?.name,
  instructions: (client.getInstructions() ?? '').length > 0,
  tools: tools.map((tool) => tool.name),
  built: built.content.map((block) => block.text ?? '').join(''),
  refused: refused.isError === true,
  resources: resources.map((resource) => resource.uri),
  config: config.contents.length,
}));
await client.close();
