/** The protocol's bound on `message` and `data` together, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 65_536;

const encoder = new TextEncoder();

export function byteLength(text) {
  return encoder.encode(text).length;
}

/** Text that the server can store: without U+0000, and with the replacement character for half a surrogate pair. */
export function wellFormed(text) {
  const without = text.replaceAll('\0', '');
  return without.toWellFormed?.() ?? new TextDecoder().decode(encoder.encode(without));
}

/** The first characters of a text: never half of a surrogate pair. */
export function firstCharacters(text, most) {
  return text.length <= most ? text : Array.from(text.slice(0, 2 * most)).slice(0, most).join('');
}

/** A text that has at most so many characters, and an ellipsis if it had more. */
export function shortened(text, most) {
  const first = firstCharacters(text, most);
  return first.length < text.length ? `${first}…` : first;
}

/** A text without accents, in lower case, as it is looked for. */
export function folded(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
