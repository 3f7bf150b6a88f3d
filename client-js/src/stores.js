import { loadMore } from './lazy.js';

/**
 * Stores: where the queue and the positions are kept, as texts under keys.
 *
 * A store is `get`, `set`, `delete` and `keys`, each of which may return a promise, throw or reject. Nothing is
 * opened or even looked at before the first use, because in some browsers the mere name `localStorage` throws.
 */

/** Lasts as long as the page or the process. Clients that are given the same one share it, as tabs share theirs. */
export function memoryStore() {
  const entries = new Map();
  return {
    get: (key) => entries.get(key) ?? null,
    set: (key, value) => void entries.set(key, value),
    delete: (key) => void entries.delete(key),
    keys: (prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)),
  };
}

/** `localStorage`, or the `Storage` that the function returns. It is asked at each use, and what it throws is thrown. */
export function localStore(storage = () => localStorage) {
  return {
    get: (key) => storage().getItem(key),
    set: (key, value) => storage().setItem(key, value),
    delete: (key) => storage().removeItem(key),
    keys: (prefix) => {
      const all = storage();
      return Array.from({ length: all.length }, (_, i) => all.key(i) ?? '').filter((key) => key.startsWith(prefix));
    },
  };
}

/**
 * A database of IndexedDB: for queues beyond the few megabytes that `localStorage` holds.
 *
 * @returns {import('../tertulia.d.ts').Store}
 */
export function indexedStore(name = 'tertulia') {
  let store;
  return storeOf(async (method, ...values) => {
    store ??= (await loadMore()).openIndexed(name);
    return store[method](...values);
  });
}

/**
 * The store whose methods are `call`, with their name first.
 *
 * @param {(method: string, key: string, ...values: string[]) => any} call
 * @returns {any}
 */
export const storeOf = (call) =>
  Object.fromEntries(['get', 'set', 'delete', 'keys'].map((method) => [method, (key, ...values) => call(method, key, ...values)]));
