/** The storages of the browser. Merely naming one throws where it is forbidden: then nothing is kept. */

/** What every tab has for itself: a reload keeps it. */
export const tabStorage = () => window.sessionStorage;

/** What all tabs of the browser share. */
export const browserStorage = () => window.localStorage;

const { pathname } = new URL('.', location.href);

/** The key of what belongs to this server: those below other paths of the host have the same storages. */
export const own = (key) => key + (pathname === '/' ? '' : pathname);

export function read(storage, key) {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

/** Stores a text, or removes the key if the value is `null`. Where storage is denied or full, nothing changes. */
export function write(storage, key, value) {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // What was to be kept lasts as long as the page.
  }
}
