// A chat room in a terminal: prints what is said there, and sends each line that is typed, or the message given.
//
//   node examples/node.mjs http://127.0.0.1:8000 lobby ana
//   node examples/node.mjs http://127.0.0.1:8000 lobby ana "see you tomorrow"
//
// Needs Node 22, or Node 18 or 20 after `npm install ws`.
import { createInterface } from 'node:readline';
import { Tertulia } from '../client-js/dist/tertulia.js';

const [address = 'http://127.0.0.1:8000', name = 'lobby', client = 'ana', message] = process.argv.slice(2);
const WebSocket = globalThis.WebSocket ?? (await import('ws')).default;

const tertulia = new Tertulia(address, { client, WebSocket });
tertulia.on('state', ({ state, why }) => console.error(`-- ${state}${why ? `: ${why}` : ''}`));

const room = tertulia.room(name);
room.on('gap', () => console.log('-- messages may be missing here'));
room.on('entry', (entry) => {
  if (entry.type === 'chat') console.log(`${entry.sender || entry.client}: ${entry.deleted ? '(deleted)' : entry.message}`);
  else if (entry.type === 'edited') console.log(`-- ${entry.client} changed message ${entry.target}: ${entry.message ?? '(deleted)'}`);
  else if (entry.type === 'deleted') console.log(`-- ${entry.client} deleted message ${entry.target}`);
  else if (!entry.removed) console.log(`-- ${entry.client} reacted to message ${entry.target}: ${entry.emoji}`);
});

try {
  if (message) await room.send(message);
  else for await (const line of createInterface({ input: process.stdin })) if (line) await room.send(line);
} catch (error) {
  console.error(`-- not sent: ${error.code}: ${error.message}`);
  process.exitCode = 1;
}
await tertulia.close();
