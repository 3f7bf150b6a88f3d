/** The `keyCode` of every key that an input method handles. */
const COMPOSING = 229;

/**
 * Whether a key belongs to the composition of a word, as by an input method for Chinese or Japanese: then it is not
 * the page's. Safari says so of the last Enter by its `keyCode` only.
 */
export function isComposing(event) {
  return event.isComposing || event.keyCode === COMPOSING;
}
