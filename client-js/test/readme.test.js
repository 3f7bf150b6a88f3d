import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Server } from './server.js';

let server;
let folder;
before(async () => {
  server = await Server.start();
  folder = await mkdtemp(join(tmpdir(), 'tertulia-readme-'));
});
after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Runs a module in a Node of its own, and returns what it printed. */
const run = (file) => new Promise((resolve, reject) => execFile(process.execPath, [file], (error, out) => (error ? reject(error) : resolve(out))));

for (const [readme, greeting] of [['README.md', 'hello'], ['README.es.md', 'hola']]) {
  test(`the beginning in ${readme} does what it says, with the client as it is built`, async () => {
    const text = await readFile(new URL(`../${readme}`, import.meta.url), 'utf8');
    const [, code] = /```js\n([^]*?)```/.exec(text);
    const script = code
      .replace('./tertulia.js', String(new URL('../dist/tertulia.js', import.meta.url)))
      .replace('http://127.0.0.1:8000', server.address);
    const file = join(folder, `${readme}.mjs`);
    const webSocket = String(new URL('./websocket.js', import.meta.url));
    await writeFile(file, `import { WebSocket } from ${JSON.stringify(webSocket)};\nglobalThis.WebSocket ??= WebSocket;\n${script}`);
    assert.match(await run(file), new RegExp(`^chat ana ${greeting}$`, 'm'));
    const messages = await server.messages('lobby');
    const { reactions } = messages.find(({ message }) => message === greeting);
    assert.deepEqual(reactions.map(({ emoji }) => emoji), ['👍']);
  });
}
