/** Thirty-two characters that cannot be confused when read aloud. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';

/** How many of them an id has. */
const LENGTH = 8;

/** An id that no other client has, such as `tab-e4r8gxnc`. */
export function randomId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return `${prefix}-${Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;
}
