/** Messages of one sender within so long are grouped. */
const TOGETHER_MS = 5 * 60_000;

const DAY_MS = 86_400_000;

/** Whether a message continues the group of the one before it. */
export function together(before, next) {
  return before.client === next.client && before.sender === next.sender && next.time - before.time < TOGETHER_MS;
}

/** A number that is the same for all times of one local day, and one more for the next. */
export function dayOf(time) {
  const date = new Date(time);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS);
}
