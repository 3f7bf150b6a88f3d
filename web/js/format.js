import { dayOf } from './grouping.js';
import { language, words } from './words.js';

/** How times, days, names and numbers are shown. */

const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const moment = new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'medium' });
const weekday = new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long' });
const number = new Intl.NumberFormat(language);

export const formatClock = (time) => clock.format(time);
export const formatMoment = (time) => moment.format(time);
export const formatNumber = (n) => number.format(n);

/** The name of a day: "Hoy", "Ayer", or its weekday and date. */
export function formatDay(time, now = Date.now()) {
  const ago = dayOf(now) - dayOf(time);
  if (ago === 0) return words.today;
  if (ago === 1) return words.yesterday;
  return weekday.format(time);
}

/** One or two characters that represent a name. */
export function initials(name) {
  const [first, second] = name.trim().split(/\s+/);
  return [first, second].map((word) => Array.from(word ?? '')[0] ?? '').join('').toLocaleUpperCase(language) || '·';
}

/** How many colours there are for people; the style sheet names them `hue-0`, `hue-1`, … */
const HUES = 8;

/** The constants of the hash FNV-1a. */
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** The same colour for the same client in every tab. */
export function hueOf(client) {
  let hash = FNV_BASIS;
  for (const sign of client) hash = Math.imul(hash ^ sign.codePointAt(0), FNV_PRIME);
  return (hash >>> 8) % HUES;
}

/** How much of a long text is shown at first, in characters and in lines. */
const SHORT_CHARACTERS = 1200;
const SHORT_LINES = 24;

/** A text of so many characters is not worth a cut. */
const SHORT_ENOUGH = 1.5 * SHORT_CHARACTERS;

/** The beginning of a text that is too long to be shown completely, or `null` if it is not. */
export function beginningOf(text) {
  let end = text.length > SHORT_ENOUGH ? SHORT_CHARACTERS : text.length;
  let lineEnd = -1;
  for (let line = 0; line < SHORT_LINES; line++) {
    lineEnd = text.indexOf('\n', lineEnd + 1);
    if (lineEnd < 0) break;
  }
  if (lineEnd >= 0) end = Math.min(end, lineEnd);
  // Never half of a surrogate pair.
  return end < text.length ? text.slice(0, end).replace(/[\uD800-\uDBFF]$/, '') : null;
}
