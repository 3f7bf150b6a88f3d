import { folded } from './text.js';

/** Emoji by name: `:name:` in a text, and what completes a name that was begun. */

/**
 * The emoji by group, each `{emoji, names}`; the first name is English, the second Spanish where it differs. There are
 * none before `loadEmoji`.
 */
export let EMOJI_GROUPS = [];

let all = [];

/** The characters by their names, English and Spanish, without accents. */
let byName = new Map();

let loading = null;

/** Whether the names are here, or could not be loaded. */
export let emojiAreHere = false;

/** Loads the names, of which most messages have none: once, and again only if that failed. Never fails. */
export function loadEmoji() {
  return (loading ??= import('./emoji-data.js').then(
    ({ GROUPS }) => {
      EMOJI_GROUPS = Object.entries(GROUPS).map(([group, lines]) => ({
        group,
        emoji: lines.trim().split('\n').map((line) => {
          const [emoji, ...names] = line.trim().split(' ');
          return { emoji, names };
        }),
      }));
      all = EMOJI_GROUPS.flatMap(({ emoji }) => emoji);
      byName = new Map(all.flatMap(({ emoji, names }) => names.map((name) => [name, emoji])));
      emojiAreHere = true;
    },
    () => {
      loading = null;
      emojiAreHere = true;
    },
  ));
}

/** As in `:cafe:` or `:café:`. */
const SHORTCODE = /(?<![\p{L}\p{N}]):([\p{L}\p{N}_+-]{1,40}):(?![\p{L}\p{N}])/gu;

/** What may be code, where names stay as they are. */
const CODE = /(```[^]*?```|`[^`\n]*`)/;

/** A text with its `:names:` as characters, but for those in code. Unknown names stay. */
export function expandShortcodes(text) {
  return text.split(CODE).map((part, i) => (i % 2 ? part : part.replace(SHORTCODE, (code, name) => byName.get(asName(name)) ?? code))).join('');
}

/** At most so many emoji whose names fit what was begun, the best first: `{emoji, name}`. */
export function completeEmoji(begun, most) {
  const wanted = asName(begun);
  const found = [];
  for (const { emoji, names } of all) {
    let best = null;
    for (const name of names) {
      const rank = rankOf(name, wanted);
      if (rank < (best?.rank ?? Infinity)) best = { emoji, name, rank };
    }
    if (best) found.push(best);
  }
  return found.sort((a, b) => a.rank - b.rank).slice(0, most);
}

/** How well a name fits: as a whole, by its beginning, by the beginning of a later word, or by a part. */
function rankOf(name, wanted) {
  if (name === wanted) return 0;
  if (name.startsWith(wanted)) return 1;
  if (name.includes(`_${wanted}`)) return 2;
  return wanted.length > 2 && name.includes(wanted) ? 3 : Infinity;
}

/** As names are written here: without accents, in lower case, and with its words joined. */
function asName(text) {
  return folded(text).trim().replace(/\s+/g, '_');
}

/** Shows the picker beside an element. It is loaded at its first use; where it can't be, nothing is shown. */
export function showPicker(picker, anchor) {
  return import('./emoji-picker.js').then(() => picker.show(anchor), () => {});
}
