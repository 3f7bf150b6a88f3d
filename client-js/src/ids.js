/**
 * A text that nobody drew before: 128 random bits, as 32 hexadecimal digits.
 *
 * Works on pages of plain `http` too, where browsers offer no `crypto.randomUUID`; and where there is no
 * `crypto` at all (Node 18), because an id has to differ from others and need not be a secret.
 */
export function randomId() {
  const bytes = new Uint8Array(16);
  if (typeof crypto === 'undefined') bytes.forEach((_, i) => (bytes[i] = Math.random() * 256));
  else crypto.getRandomValues(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
