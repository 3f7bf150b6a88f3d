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
