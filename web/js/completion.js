import { completeEmoji } from './emoji.js';
import { completeMention, mentionBefore } from './mentions.js';

/** How many are offered at once. */
const MOST = 8;

/** How far before the caret a name may begin. */
const LONGEST = 50;

/** As in `:caf`, at the end of what stands before the caret. */
const SHORTCODE = /(?<![\p{L}\p{N}:]):([\p{L}\p{N}_+-]{2,40})$/u;

/**
 * What completes the text before the caret: a name after `@`, or an emoji after `:`. It is `{begin, end, options}`,
 * the place of what is replaced and `{text, …}` for each option, or `null`. An option is of a person
 * (`client` and `name`) or of an `emoji` (and its `name`).
 *
 * @param {string} text
 * @param {number} caret
 * @param {readonly {client: string, name?: string}[]} people who may be mentioned
 * @param {(person: object) => string} nameOf what a mention calls them
 */
export function completionAt(text, caret, people, nameOf) {
  const mention = mentionBefore(text, caret);
  if (mention) {
    const found = completeMention(mention.begun, people, MOST);
    // What was completed is not offered again.
    const done = found.length > 0 && mention.begun === `${nameOf(found[0])} `;
    if (found.length > 0 && !done) {
      return { begin: mention.begin, end: caret, options: found.map((person) => ({ ...person, text: `@${nameOf(person)} ` })) };
    }
  }
  const [code, begun] = SHORTCODE.exec(text.slice(Math.max(0, caret - LONGEST), caret)) ?? [];
  const options = code ? completeEmoji(begun, MOST).map(({ emoji, name }) => ({ emoji, name, text: emoji })) : [];
  return options.length > 0 ? { begin: caret - code.length, end: caret, options } : null;
}
