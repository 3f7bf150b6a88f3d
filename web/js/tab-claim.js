/**
 * A claim on a tab id: no two open tabs of one browser hold the same one.
 *
 * Duplicating a tab copies its `sessionStorage`, and with it the id. Where Web Locks are available (HTTPS and
 * loopback), the claim is a lock held for the lifetime of the page. Elsewhere (plain HTTP in a classroom)
 * the tabs ask each other over a `BroadcastChannel`, and the tab that holds the id answers.
 */

/** How long a page that is being reloaded has to release its id. */
const GRACE_MS = 400;

/** How long the other tabs have to answer. */
const ANSWER_MS = 250;

/** Claims `id` for this tab; resolves to `false` if another tab holds it. */
export function claim(id) {
  return navigator.locks ? claimByLock(id) : claimByAsking(id);
}

/** At once if nobody holds it, however busy the browser is; else it may be held by a page that is being left. */
async function claimByLock(id) {
  return (await lock(id, { ifAvailable: true })) || lock(id, { signal: AbortSignal.timeout(GRACE_MS) });
}

function lock(id, options) {
  return new Promise((resolve) => {
    const held = (granted) => {
      resolve(granted !== null);
      return granted && new Promise(() => {});
    };
    navigator.locks.request(`tertulia-tab ${id}`, options, held).catch(() => resolve(false));
  });
}

function claimByAsking(id) {
  const channel = new BroadcastChannel('tertulia-tab');
  let mine = false;
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (mine && data.ask === id) channel.postMessage({ taken: id });
      if (!mine && data.taken === id) resolve(false);
    };
    channel.postMessage({ ask: id });
    setTimeout(() => resolve(true), ANSWER_MS);
  }).then((free) => {
    mine = free;
    if (!free) channel.close();
    return free;
  });
}
