import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { memoryStore } from '../src/stores.js';
import { HASTE } from './clients.js';
import { ManualClock } from './manual-clock.js';
import { Server } from './server.js';
import { next, until } from './waiting.js';
import { WebSocket } from './websocket.js';

const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

let server;
before(async () => (server = await Server.start()));
after(() => server.close());

/** A copy of the sources, in which a module cannot be loaded until `mend` is called. */
async function broken(t, module) {
  const folder = await mkdtemp(join(tmpdir(), 'tertulia-lazy-'));
  t.after(() => rm(folder, { recursive: true }));
  await cp(SOURCES, folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const file = join(folder, module);
  await writeFile(file, '<h1>The gateway is not well</h1>');
  return { load: (name) => import(pathToFileURL(join(folder, name)).href), mend: () => cp(join(SOURCES, module), file) };
}

test('modules are loaded only when they are needed, and bring all that they need', async () => {
  const seen = new Set();
  const follow = async (file) => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(new URL(`../src/${file}`, import.meta.url), 'utf8');
    for (const [, imported] of text.matchAll(/^(?:import|export)\b.*? from '\.\/([^']+)'/gms)) await follow(imported);
  };
  await follow('index.js');
  const client = new Set(seen);
  for (const module of ['tertulia-http.js', 'tertulia-more.js']) {
    assert.ok(!client.has(module));
    seen.clear();
    await follow(module);
    assert.deepEqual([...seen].filter((file) => client.has(file)), []);
  }
});

test('a fallback that could not be loaded is loaded at another attempt', async (t) => {
  const { load, mend } = await broken(t, 'tertulia-http.js');
  const { Tertulia } = await load('index.js');
  const ana = new Tertulia(server.address, { client: 'ana', device: null, transport: 'http', timing: HASTE });
  t.after(() => ana.close());
  const { why } = await next(ana, 'state', ({ state }) => state === 'offline');
  assert.equal(why, 'lost');
  await mend();
  const { via } = await next(ana, 'state', ({ state }) => state === 'online');
  assert.equal(via, 'http');
});

test('without the module for tokens there is no connection, until it can be loaded', async (t) => {
  const { load, mend } = await broken(t, 'tertulia-more.js');
  const { Tertulia } = await load('index.js');
  const ana = new Tertulia(server.address, { client: 'ana', token: 'a token', device: null, WebSocket, timing: HASTE });
  t.after(() => ana.close());
  const { why } = await next(ana, 'state', ({ state }) => state === 'offline');
  assert.equal(why, 'no_token');
  await mend();
  await next(ana, 'state', ({ state }) => state === 'online');
});

test('without the module for stores what is sent is kept and sent; what an earlier page left, when it can be loaded', async (t) => {
  const { load, mend } = await broken(t, 'tertulia-more.js');
  const { Outbox } = await load('outbox.js');
  const store = memoryStore();
  store.set('item:old', `${'0'.repeat(32)}${JSON.stringify({ lane: 'a', frame: { type: 'chat', id: 'old' }, time: 1, order: 1 })}`);
  const clock = new ManualClock();
  const told = [];
  const box = new Outbox({ store, ...clock.options(), onDurable: (durable) => told.push(durable), onError: (error) => told.push(error.name) });
  t.after(() => box.close());
  const kept = box.add('a', { type: 'chat', id: 'new' });
  assert.equal(store.keys('item:').length, 2);
  assert.equal(store.keys('owner:').length, 1);
  await box.load();
  assert.deepEqual(told, ['TypeError', false]);
  const sent = [];
  box.online(async ({ id }) => sent.push(id));
  await kept;
  assert.deepEqual(sent, ['new']);
  await mend();
  await clock.advance(3_000);
  await until(() => sent.includes('old') && !store.keys('item:').length);
  await clock.advance(3_000);
  await until(() => told.at(-1) === true);
});

test('a database whose module could not be loaded fails, and is used when it can be loaded', async (t) => {
  const { load, mend } = await broken(t, 'tertulia-more.js');
  const { indexedStore } = await load('stores.js');
  const store = indexedStore();
  await assert.rejects(store.get('key'), TypeError);
  await mend();
  // Node has no such database.
  await assert.rejects(store.get('key'), /indexedDB/);
});
