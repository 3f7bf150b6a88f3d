import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { test } from 'node:test';

/** As in browsers that deny storage, and in Node 25: the name alone throws. */
const TOUCHED = ['localStorage', 'sessionStorage', 'indexedDB', 'document', 'window'];
const touched = [];
for (const name of TOUCHED) {
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      touched.push(name);
      throw new Error(`SecurityError: ${name} is denied`);
    },
  });
}
const { indexedStore, localStore, memoryStore } = await import('../src/stores.js');
const { Outbox } = await import('../src/outbox.js');
const { TIMING } = await import('../src/timing.js');
const { UNHEARD } = await import('./manual-clock.js');
const { newId } = await import('../src/ids.js');
const { until } = await import('./waiting.js');

test('importing touches no storage, and neither does making a store or an outbox', async () => {
  const stores = [localStore(), indexedStore()];
  for (const store of stores) new Outbox({ ...TIMING, ...UNHEARD, store });
  assert.deepEqual(touched, []);
  for (const store of stores) {
    const told = [];
    const box = new Outbox({ ...TIMING, ...UNHEARD, store, onDurable: (durable) => told.push(durable) });
    await box.load();
    assert.deepEqual(told, [false]);
    await box.close();
  }
});

test('a store keeps texts under keys, and finds keys by their beginning', async () => {
  const entries = new Map();
  const storage = {
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => entries.set(key, value),
    removeItem: (key) => entries.delete(key),
  };
  for (const store of [memoryStore(), localStore(() => storage)]) {
    assert.equal(await store.get('a:1'), null);
    await store.set('a:1', 'one');
    await store.set('a:2', '');
    await store.set('b:1', 'three');
    assert.equal(await store.get('a:1'), 'one');
    assert.equal(await store.get('a:2'), '');
    assert.deepEqual((await store.keys('a:')).sort(), ['a:1', 'a:2']);
    await store.delete('a:1');
    assert.equal(await store.get('a:1'), null);
  }
});

test('an id that is drawn later comes later in the alphabet, whoever draws it', async () => {
  for (let i = 0; i < 20; i++) {
    const [id, now] = [newId(), Date.now()];
    await until(() => Date.now() > now);
    assert.ok(id < newId());
  }
});

test('ids differ, with and without the cryptography of browsers', (t) => {
  const draw = () => {
    const ids = Array.from({ length: 10_000 }, newId);
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[0-9a-z]{32}$/);
  };
  const original = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  const getRandomValues = (bytes) => webcrypto.getRandomValues(bytes);
  t.after(() => (original ? Object.defineProperty(globalThis, 'crypto', original) : delete globalThis.crypto));
  Object.defineProperty(globalThis, 'crypto', { configurable: true, value: { getRandomValues } }); // plain http
  draw();
  Object.defineProperty(globalThis, 'crypto', { configurable: true, value: undefined }); // Node 18
  draw();
});
