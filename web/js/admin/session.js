import { own, read, tabStorage, write } from '../storage.js';

/**
 * The key with which this tab makes requests: an API key with the scope `admin`, or that of a session that
 * `./tertulia admin` has opened. It is kept as long as the tab, and is never part of an address.
 */

const KEY = own('tertulia.operator');

/** What `./tertulia admin` puts behind the `#` of the address that it prints. */
const CODE = /^#code=([\w-]+)$/;

let key = read(tabStorage, KEY) ?? '';

export const hasKey = () => key !== '';

/** What shows the key, as headers of a request. */
export const authorization = () => (key ? { Authorization: `Bearer ${key}` } : {});

/** Uses this key from now on; none if it is empty. */
export function useKey(text) {
  key = text.trim();
  write(tabStorage, KEY, key || null);
}

/** The code in the address, or `null`. Removes it from there, also from the history of the browser. */
export function takeCode() {
  const code = CODE.exec(location.hash)?.[1] ?? null;
  if (code) history.replaceState(null, '', location.pathname);
  return code;
}
