/**
 * What the protocol advises a client to do when its connection ends.
 *
 * - `retry`: reconnect with jittered backoff, sooner if the network or the tab comes back.
 * - `wait`: reconnect, but not before the server's wait (`ms`) or the backoff (no `ms`) has passed.
 * - `stop`: do not reconnect automatically; `why` names the reason, for people.
 */

/** The longest wait that a server can ask for. */
const MAX_WAIT_MS = 5 * 60_000;

const STOPS = new Map([
  [1002, 'protocol'],
  [1003, 'protocol'],
  [1007, 'protocol'],
  [1009, 'too_large'],
  [4500, 'unauthorized'],
  [4501, 'disconnected'],
  [4502, 'too_many_connections'],
]);

export function adviceFor(code, reason) {
  if (STOPS.has(code)) return { act: 'stop', why: STOPS.get(code) };
  if (code >= 4500 && code <= 4999) return { act: 'stop', why: 'refused' };
  if (code === 4000) {
    const draining = /^draining (\d{1,9})$/.exec(reason);
    if (draining) return { act: 'wait', ms: Math.min(Number(draining[1]), MAX_WAIT_MS) };
  }
  if (code === 4004) return { act: 'wait' };
  return { act: 'retry' };
}
