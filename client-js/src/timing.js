/**
 * The clock, the timers and the times of a client, in milliseconds. Tests replace them; nobody else does.
 */
export const TIMING = {
  now: () => Date.now(),
  random: () => Math.random(),
  later: (task, ms) => setTimeout(task, ms),
  cancel: (timer) => clearTimeout(timer),

  /** From the beginning of an attempt until `welcome`. */
  attempt: 15_000,
  /** The first wait is up to so much; each failure doubles that, up to `longest`. */
  shortest: 500,
  longest: 30_000,
  /** A connection that lived for so long after its `welcome` makes the next wait the shortest again. */
  stable: 30_000,
  /** At most `attempts` begin within `window`. */
  attempts: 10,
  window: 60_000,
  /** The longest wait that the server can ask for. */
  draining: 300_000,

  /** A line that does not answer a request for so long is cut, though it lives, and what may be sent again is. */
  reply: 30_000,
  /** After so much silence a `ping` is sent, and answered within `answer`, or after waking `wakeAnswer`. */
  quiet: 25_000,
  answer: 15_000,
  wakeAnswer: 5_000,
  /** A timer that fires so much too late was throttled or frozen. */
  late: 10_000,

  /** The time for a token, and the shortest time between two renewals. */
  token: 30_000,
  renewal: 10_000,

  /** Where WebSocket does not come through, it is tried again so often. */
  upgrade: 300_000,
  /** Over HTTP, who is in a room is looked up so often, where that was asked for. */
  presence: 10_000,

  /** At most one `ack` and one `typing` in these times. */
  ack: 1_000,
  typing: 3_000,
};
