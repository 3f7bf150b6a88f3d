/**
 * A text that nobody drew before: the time in milliseconds, in eight digits of base 36 (until the year 2059), and
 * twenty-four random ones. Texts that are drawn later come later in the alphabet, whoever draws them: the server
 * keeps the ids of requests in that order, so that those of the same time lie on the same pages.
 *
 * Works on pages of plain `http` too, where browsers offer no `crypto.randomUUID`; and where there is no
 * `crypto` at all (Node 18), because an id has to differ from others and need not be a secret.
 */
export function newId() {
  const bytes = new Uint8Array(24);
  if (typeof crypto === 'undefined') bytes.forEach((_, i) => (bytes[i] = Math.random() * 256));
  else crypto.getRandomValues(bytes);
  return bytes.reduce((id, byte) => id + (byte % 36).toString(36), Date.now().toString(36));
}
