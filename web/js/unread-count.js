/** The greatest number that is shown: beyond it, a `+` says so. */
const MOST = 99;

/** A number of unread messages or notifications, as short as a badge has to be. */
export function shortCount(count) {
  return count > MOST ? `${MOST}+` : String(count);
}
