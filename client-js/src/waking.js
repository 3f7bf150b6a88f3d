/**
 * Watches for signs that a page is back, in browsers: shown, thawed, focused, or its network is there again. What is
 * not there (Node, workers) is not watched. A page that is left is not a reason for anything: it may stay.
 *
 * @param {{ woke: () => void, restored: () => void }} actions `restored`: the page comes from the back/forward cache, where its sockets do not survive
 * @param {any} [scope] the global scope
 * @returns {() => void} ends watching
 */
export function watchWaking({ woke, restored }, scope = globalThis) {
  const ending = new AbortController();
  const watch = (target, type, listener) => target?.addEventListener?.(type, listener, { signal: ending.signal });
  const page = scope.document;
  watch(scope, 'online', woke);
  watch(scope, 'focus', woke);
  watch(scope, 'pageshow', (event) => (event.persisted ? restored() : woke()));
  watch(page, 'resume', woke);
  watch(page, 'visibilitychange', () => page.visibilityState === 'visible' && woke());
  return () => ending.abort();
}
