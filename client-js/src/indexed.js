/**
 * The store `indexedStore` of `stores.js`. The database is opened at the first use, and again at the next one after
 * that failed or the browser closed it.
 */
export function openIndexed(name) {
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
