import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HASTE } from './clients.js';
import { Server } from './server.js';
import { next } from './waiting.js';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

let server;
before(async () => (server = await Server.start()));
after(() => server.close());

test('the fallback is loaded only when it is needed, and brings all that it needs', async () => {
  const seen = new Set();
  const follow = async (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(new URL(`../src/${file}`, import.meta.url), 'utf8');
    for (const [, imported] of text.matchAll(/^(?:import|export)\b.*? from '\.\/([^']+)'/gms)) await follow(imported);
  };
  await follow('index.js');
  assert.ok(!seen.has('tertulia-http.js'));
  const client = new Set(seen);
  seen.clear();
  await follow('tertulia-http.js');
  assert.deepEqual([...seen].filter((file) => client.has(file)), []);
});

test('a fallback that could not be loaded is loaded at another attempt', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tertulia-lazy-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(SOURCES, folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const file = join(folder, 'tertulia-http.js');
  await writeFile(file, '<h1>The gateway is not well</h1>');
  const { Tertulia } = await import(pathToFileURL(join(folder, 'index.js')).href);
  const ana = new Tertulia(server.address, { client: 'ana', device: null, transport: 'http', timing: HASTE });
  t.after(() => ana.close());
  const { why } = await next(ana, 'state', ({ state }) => state === 'offline');
  assert.equal(why, 'lost');
  await cp(join(SOURCES, 'tertulia-http.js'), file);
  const { via } = await next(ana, 'state', ({ state }) => state === 'online');
  assert.equal(via, 'http');
});
