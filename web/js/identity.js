import { claim } from './claim.js';

/**
 * The identity of this tab: its own client id, and a name to show.
 *
 * The id lives in `sessionStorage`: a reload keeps it, a new or duplicated tab draws another. The name is
 * the tab's own too, so that three tabs can be three people; a new tab starts with the last one chosen in
 * this browser. Without storage (a browser may forbid it) both last as long as the page.
 */

const ID_KEY = 'tertulia.client';
const NAME_KEY = 'tertulia.name';

/** The protocol's bound on `sender`. */
export const MAX_NAME = 256;

/** Ids that begin with `~` are reserved for the server. */
const VALID_ID = /^(?!~)[A-Za-z0-9_\-.:@=+|~]{1,128}$/;

/** Thirty-two characters that cannot be confused when read aloud. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `tab-${Array.from(bytes, (byte) => ALPHABET[byte % 32]).join('')}`;
}

/** The id of this tab: the stored one if no other tab holds it, else a fresh one. */
export async function takeClientId() {
  const stored = read(sessionStorageOrNull(), ID_KEY);
  if (stored && VALID_ID.test(stored) && (await claim(stored))) return stored;
  const fresh = randomId();
  write(sessionStorageOrNull(), ID_KEY, fresh);
  claim(fresh);
  return fresh;
}

export function loadName() {
  const name = read(sessionStorageOrNull(), NAME_KEY) ?? read(localStorageOrNull(), NAME_KEY) ?? '';
  return name.slice(0, MAX_NAME);
}

export function saveName(name) {
  write(sessionStorageOrNull(), NAME_KEY, name);
  write(localStorageOrNull(), NAME_KEY, name);
}

/* Merely naming a storage throws where it is forbidden. */
function sessionStorageOrNull() {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}

function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function read(storage, key) {
  return storage?.getItem(key) ?? null;
}

function write(storage, key, value) {
  try {
    storage?.setItem(key, value);
  } catch {
    // The storage is full: the value lasts as long as the page.
  }
}
