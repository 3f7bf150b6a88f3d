/** How long a test waits for what has to come: long enough for a busy machine. */
export const PATIENCE = Number(process.env.TERTULIA_PATIENCE ?? 30_000);

/** Waits until `condition` returns something true, and returns it. */
export async function until(condition, what = condition.toString()) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`did not come within ${PATIENCE} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The next `event` of something with `on`. */
export function next(source, event, matches = () => true) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`'${event}' did not come within ${PATIENCE} ms`)), PATIENCE);
    const off = source.on(event, (value) => {
      if (!matches(value)) return;
      clearTimeout(timer);
      off();
      resolve(value);
    });
  });
}

/** What happened to a promise: `{ value }`, `{ error }`. */
export const outcome = (promise) => promise.then((value) => ({ value }), (error) => ({ error }));
