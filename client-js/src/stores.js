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
 * The database is opened at the first use, and again at the next one after that failed or the browser closed it.
 */
export function indexedStore(name = 'tertulia') {
  const TABLE = 'entries';
  let opened = null;

  function open() {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        database.onclose = () => (opened = null);
        database.onversionchange = () => {
          database.close();
          opened = null;
        };
        resolve(database);
      };
    }).catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  }

  async function run(mode, use) {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(TABLE, mode);
      const request = use(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  }

  return {
    get: async (key) => (await run('readonly', (table) => table.get(key))) ?? null,
    set: (key, value) => run('readwrite', (table) => table.put(value, key)),
    delete: (key) => run('readwrite', (table) => table.delete(key)),
    keys: (prefix) => run('readonly', (table) => table.getAllKeys(IDBKeyRange.bound(prefix, prefix + '\uffff'))),
  };
}
