import { isComposing } from './keys.js';

/** A press beside a dialog closes it: the handler of its clicks. */
export function closeOutside({ target, currentTarget }) {
  if (target === currentTarget) currentTarget.close();
}

/** The Enter that ends the composition of a word does not submit the form of a dialog: a handler of the keys of its fields. */
export function keepOpenWhileComposing(event) {
  if (event.key === 'Enter' && isComposing(event)) event.preventDefault();
}
