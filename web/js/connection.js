import { adviceFor } from './close-advice.js';

/**
 * A WebSocket that reconnects automatically.
 *
 * It is in one of these phases, and announces changes with a `phase` event:
 *
 * - `idle`: not started, or suspended because the page is being left;
 * - `connecting`: a socket is opening, for at most `CONNECT_MS`;
 * - `open`: frames are sent and received;
 * - `waiting`: lost; it will reconnect, with jittered backoff or when the server said;
 * - `stopped`: the server asked it not to reconnect; `why` says why. Only `reconnect` leaves this phase.
 *
 * A received frame is a `frame` event with the decoded object in `detail`. At most one socket is in use:
 * one that was abandoned is closed and its events are ignored.
 *
 * Browsers do not expose WebSocket pings, so a dead connection is detected by silence: the server answers
 * every frame, and a connection that brings nothing for `ANSWER_MS` after a frame was sent is abandoned.
 */
const CONNECT_MS = 10_000;
const ANSWER_MS = 20_000;

/** The time for the answer to a probe, which is sent when the network or the tab is back after `PROBE_AFTER_MS` of silence. */
const PROBE_ANSWER_MS = 5_000;
const PROBE_AFTER_MS = 30_000;

/** The first wait is about half a second; each failure doubles it, up to the longest. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** A connection that lasted this long resets the backoff. */
const STABLE_MS = 5_000;

/** What may wait in the browser's own buffer; beyond it `send` returns `false`. */
const MAX_BUFFERED = 256 * 1024;

export class Connection extends EventTarget {
  phase = 'idle';
  why = null;

  /** Whether it has neither been open nor failed yet. */
  fresh = true;

  #url;
  #socket = null;
  #failures = 0;
  #patient = false;
  #heardAt = 0;
  #retryTimer;
  #connectTimer;
  #stableTimer;
  #answerTimer;
  #probing = false;

  constructor(url) {
    super();
    this.#url = url;
  }

  /** Connects now, without waiting any longer: at the start, or because a person asked. */
  reconnect() {
    if (this.phase === 'open' || this.phase === 'connecting') return;
    clearTimeout(this.#retryTimer);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#connectTimer = setTimeout(() => this.#lost({ act: 'retry' }), CONNECT_MS);
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }) => this.#heard(data);
    socket.onclose = ({ code, reason }) => this.#lost(adviceFor(code, reason));
    this.#enter('connecting');
  }

  /** The network or the tab is back: cuts a backoff short, or checks that an open connection is alive. */
  nudge() {
    if (this.phase === 'waiting' && !this.#patient) this.reconnect();
    if (this.phase === 'open' && Date.now() - this.#heardAt > PROBE_AFTER_MS) this.#probe();
  }

  /** The page is being left, perhaps to be shown again. */
  suspend() {
    clearTimeout(this.#retryTimer);
    this.#abandon();
    this.#enter('idle');
  }

  /**
   * Hands a frame to the socket.
   *
   * @return `false` if it can't take it now; nothing was sent
   */
  send(frame) {
    const socket = this.#socket;
    if (this.phase !== 'open' || socket.readyState !== WebSocket.OPEN) return false;
    if (socket.bufferedAmount > MAX_BUFFERED) return false;
    socket.send(JSON.stringify(frame));
    this.#answerTimer ??= setTimeout(() => this.#lost({ act: 'retry' }), ANSWER_MS);
    return true;
  }

  /** A type that no base server knows: its refusal proves that the connection is alive. */
  #probe() {
    if (this.#probing || !this.send({ type: 'ping' })) return;
    this.#probing = true;
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.#lost({ act: 'retry' }), PROBE_ANSWER_MS);
  }

  #opened() {
    clearTimeout(this.#connectTimer);
    this.fresh = false;
    this.#heardAt = Date.now();
    this.#stableTimer = setTimeout(() => (this.#failures = 0), STABLE_MS);
    this.#enter('open');
  }

  #heard(data) {
    this.#heardAt = Date.now();
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
    const frame = decode(data);
    if (!frame) return;
    if (this.#probing && frame.type === 'error' && frame.code === 'unknown_type') {
      this.#probing = false;
      return;
    }
    this.dispatchEvent(new CustomEvent('frame', { detail: frame }));
  }

  #lost(advice) {
    this.#abandon();
    this.fresh = false;
    if (advice.act === 'stop') {
      this.#enter('stopped', advice.why);
      return;
    }
    this.#patient = advice.act === 'wait';
    const wait = advice.ms ?? this.#backoff();
    this.#retryTimer = setTimeout(() => this.reconnect(), wait);
    this.#enter('waiting');
  }

  /** Between half and the whole of a wait that doubles, so that a thousand pages don't come back at once. */
  #backoff() {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures, LONGEST_WAIT_MS);
    this.#failures = Math.min(this.#failures + 1, 10);
    return wait * (0.5 + Math.random() / 2);
  }

  /** Abandons the socket: its events are ignored from now on. */
  #abandon() {
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#stableTimer);
    clearTimeout(this.#answerTimer);
    this.#answerTimer = undefined;
    this.#probing = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #enter(phase, why = null) {
    this.phase = phase;
    this.why = why;
    this.dispatchEvent(new Event('phase'));
  }
}

/** The object in a text frame, or `null` for a frame that cannot be parsed, which is ignored. */
function decode(data) {
  try {
    const frame = JSON.parse(data);
    return frame !== null && typeof frame === 'object' ? frame : null;
  } catch {
    return null;
  }
}
