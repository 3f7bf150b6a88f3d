import { TertuliaError, abortable, closed, errorOf } from './errors.js';
import { Aliveness } from './aliveness.js';
import { Backoff } from './backoff.js';
/** @import { State, Waiting } from '../tertulia.d.ts' */

/** How many reads may wait for their answers, offline ones included. */
const QUERY_LIMIT = 1_000;

/** How often a read is repeated that the server cannot answer at the moment. */
const QUERY_ATTEMPTS = 5;

/** What the closing codes are called. Those from 4500 to 4999, and those below, stop the client. */
const CLOSING = {
  1001: 'going_away',
  1011: 'internal',
  1002: 'protocol_error',
  1003: 'protocol_error',
  1007: 'protocol_error',
  1009: 'too_large',
  4000: 'draining',
  4001: 'slow_consumer',
  4002: 'heartbeat',
  4003: 'token_expired',
  4004: 'overloaded',
  4500: 'unauthorized',
  4501: 'disconnected',
  4502: 'too_many_connections',
};
const FATAL = [1002, 1003, 1007, 1009];

/**
 * The one connection of a client: it is opened again whenever it ends, until the server or `close` says otherwise.
 *
 * An attempt is a line, from its opening to its end. Each has a number, and what comes late from an earlier one is
 * ignored; so there are never two. It is online from `welcome` on; nothing but `hello` is sent before.
 */
export class Session {
  /** @type {State} */
  state = 'connecting';
  /** @type {string | undefined} */
  why;

  #options;
  #timing;
  #tokens;
  #backoff;
  #aliveness;
  #attempt = 0;
  #line;
  #open = false;
  #welcomed = false;
  #timer;
  #endRenewal;
  #patient = false;
  #closed = false;
  #ref = 0;
  /** What the current line still has to answer, by `ref`. */
  #pending = new Map();
  /** Reads that wait until it is online. */
  #waiting = new Set();
  #queries = 0;
  #via;
  #proven = false;
  #blocked = 0;
  #triedAt = 0;

  /**
   * @param options `lines`: how to open a line, by name, `websocket` first; `tokens()`, a promise of the source of tokens, if there is one; `timing`;
   *     `hello(client)`, which is given whom the token names: a promise of the fields of `hello`;
   *     `onState(change)`, `onWelcome(frame)`, which returns an error if the client is to be stopped, `onFrame(frame)`, `onOffline()`, `onStop(error)`, `report(error, where)`
   */
  constructor(options) {
    this.#options = options;
    this.#timing = options.timing;
    this.#backoff = new Backoff(options.timing);
    this.#aliveness = new Aliveness(options.timing, {
      ping: () => this.#ask({ type: 'ping' }),
      dead: () => this.#lost('lost'),
      awaited: () => this.#timing.now() - (this.#pending.values().next().value?.at ?? Infinity),
    });
  }

  get online() {
    return this.#welcomed;
  }

  /** Connects now, as far as the bound on attempts permits. Does nothing while it is connecting or online. */
  connect() {
    if (this.#closed || this.#line || (this.#attempt && this.state === 'connecting')) return;
    this.#schedule(0);
  }

  /** The page or the network is back. */
  wake() {
    if (this.state === 'offline' && !this.#patient) this.connect();
    else if (this.#welcomed) this.#aliveness.wake();
  }

  /** The page is back from where sockets do not survive, whatever they say. */
  restored() {
    if (!this.#line) this.wake();
    else this.#lost('lost', 0);
  }

  /** Ends it for good. What waits is rejected with `closed`. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#stop('closed', this.#reason());
  }

  /**
   * Sends a frame on the current line.
   *
   * @param {object} frame
   * @param {Waiting} [options]
   * @returns {Promise<any>} the reply; rejected with `cut` if there is no line, or it is lost before the reply
   */
  request(frame, { signal } = {}) {
    return abortable(signal, (resolve, reject) => {
      if (!this.#welcomed) return reject(this.#closed ? this.#reason() : cut());
      const ref = this.#ask(frame, ({ type, ref, ...reply }) => resolve(reply), reject);
      return () => void this.#pending.delete(ref);
    });
  }

  /** A request whose outcome does not matter. */
  tell(frame) {
    return this.request(frame).catch(() => {});
  }

  /**
   * A request without an effect, repeated over cuts and while the server is `unavailable`.
   *
   * @param {object | (() => object)} frame the frame, or what makes it at each attempt
   * @param {Waiting} [options]
   * @returns {Promise<any>}
   */
  async query(frame, { signal } = {}) {
    if (this.#queries >= QUERY_LIMIT) throw new TertuliaError('queue_full', `${QUERY_LIMIT} requests wait for their answers`);
    this.#queries++;
    try {
      for (let failures = 0; ; ) {
        await this.#until(signal);
        try {
          return await this.request(typeof frame === 'function' ? frame() : frame, { signal });
        } catch (error) {
          if (error.code !== 'cut' && (!error.retry || ++failures >= QUERY_ATTEMPTS)) throw error;
          if (error.code !== 'cut') await this.#pause(error.retryAfter ?? 500 * 2 ** failures * (0.5 + this.#timing.random() / 2), signal);
        }
      }
    } finally {
      this.#queries--;
    }
  }

  /** Waits until it is online. */
  #until(signal) {
    return abortable(signal, (resolve, reject) => {
      if (this.#welcomed) return resolve();
      if (this.state === 'stopped') return reject(this.#reason());
      const waiter = { resolve, reject };
      this.#waiting.add(waiter);
      return () => void this.#waiting.delete(waiter);
    });
  }

  #pause(ms, signal) {
    const { later, cancel } = this.#timing;
    return abortable(signal, (resolve) => {
      const timer = later(resolve, ms);
      return () => cancel(timer);
    });
  }

  #endWaiting(act) {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    waiting.forEach(act);
  }

  #reason() {
    return this.#closed ? closed() : new TertuliaError('stopped', `the client is stopped: ${this.why}`);
  }

  // Attempts.

  #schedule(wait) {
    const { later, cancel, now } = this.#timing;
    const delay = Math.max(wait, this.#backoff.forbidden());
    cancel(this.#timer);
    this.#timer = later(() => this.#begin(), delay);
    return now() + delay;
  }

  async #begin() {
    const attempt = ++this.#attempt;
    const current = (act) => (value) => attempt === this.#attempt && act(value);
    this.#backoff.began();
    this.#patient = false;
    this.#timer = this.#timing.later(() => this.#lost('lost'), this.#timing.attempt);
    this.#via = undefined;
    this.#enter('connecting');
    let token;
    try {
      this.#tokens ??= await this.#options.tokens?.();
      token = await this.#tokens?.get();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      // What `fetch` throws without a network. Anything else will not be better the next time.
      if (!(error instanceof TypeError)) this.#options.report(error, 'token');
      if (error instanceof TypeError) this.#lost('no_token');
      else this.#stop('unauthorized');
      return;
    }
    if (attempt !== this.#attempt) return;
    this.#via = this.#choose();
    try {
      this.#line = this.#options.lines[this.#via]({
        token,
        onOpen: current(() => this.#greet(token)),
        onFrame: current((frame) => this.#received(frame)),
        onClose: current((end) => this.#ended(end)),
        // Over HTTP, WebSocket is tried from time to time; only if it comes through, this line is given up for it.
        onProbed: current((opened) => {
          this.#triedAt = this.#timing.now();
          if (!opened) return;
          this.#blocked = 0;
          this.#drop(false);
          this.#schedule(0);
        }),
      });
    } catch (error) {
      this.#options.report(error, 'connect');
      this.#lost('lost');
    }
  }

  /** WebSocket, unless it has failed three times before it ever succeeded; then it is tried from time to time. */
  #choose() {
    const { websocket, http } = this.#options.lines;
    const { now, upgrade } = this.#timing;
    if (!websocket || (http && !this.#proven && this.#blocked >= 3 && now() - this.#triedAt < upgrade)) return 'http';
    this.#triedAt = now();
    return 'websocket';
  }

  async #greet(token) {
    const attempt = this.#attempt;
    this.#open = true;
    const fields = await this.#options.hello(this.#tokens?.client);
    if (attempt !== this.#attempt) return;
    this.#ask(
      { type: 'hello', ...fields, token },
      (welcome) => this.#welcome(welcome),
      (error) => {
        // The end of the line has been dealt with already.
        if (attempt !== this.#attempt) return;
        if (error.retry) this.#lost(error.code);
        else this.#stop(error.code, error);
      },
    );
  }

  #welcome(frame) {
    this.#timing.cancel(this.#timer);
    this.#welcomed = true;
    if (this.#via === 'websocket') this.#proven = true;
    this.#backoff.welcomed();
    this.#aliveness.start();
    this.#endRenewal = this.#tokens?.keep(frame.time, (hello) => this.request(hello), this.#options.report);
    const attempt = this.#attempt;
    const refusal = this.#options.onWelcome(frame);
    if (attempt !== this.#attempt) return;
    if (refusal) return this.#stop(refusal.code, refusal);
    this.#enter('online', { via: this.#via });
    this.#endWaiting(({ resolve }) => resolve());
  }

  // Frames.

  /**
   * Sends a frame with a `ref`, whose reply or error goes to one of the two.
   *
   * @param {object} frame
   * @param {(reply: any) => void} [onReply]
   * @param {(error: any) => void} [onError]
   */
  #ask(frame, onReply = () => {}, onError = () => {}) {
    const ref = ++this.#ref;
    this.#pending.set(ref, { onReply, onError, at: this.#timing.now() });
    this.#line.send({ ref, ...frame });
    return ref;
  }

  #received(frame) {
    this.#aliveness.heard();
    const { ref, type } = frame;
    const attempt = this.#attempt;
    // Entries that come with or after a reply have to find it settled, but `joined` is for the room first.
    if (ref === undefined || type === 'joined') this.#options.onFrame(frame);
    if (attempt !== this.#attempt) return;
    const pending = this.#pending.get(ref);
    this.#pending.delete(ref);
    if (type === 'error') pending?.onError(errorOf(frame));
    else pending?.onReply(frame);
  }

  // The end.

  #ended({ code, reason = '' }) {
    const why = CLOSING[code] ?? (code > 4000 && reason ? reason : 'lost');
    if (code === 4003 && !this.#tokens?.ended(this.#welcomed)) return this.#stop(why);
    if (FATAL.includes(code) || (code >= 4500 && code < 5000)) return this.#stop(why);
    const wait = code === 4000 ? Number(/\d+/.exec(reason)?.[0]) : NaN;
    this.#lost(why, wait >= 0 ? Math.min(wait, this.#timing.draining) : undefined);
    this.#patient = code === 4000 || code === 4004;
  }

  /** The line is of no use any more: the next attempt comes by itself. */
  #lost(why, wait) {
    if (this.#via === 'websocket' && !this.#open) this.#blocked++;
    // Where HTTP does not come through either, it is not WebSocket that is blocked.
    if (this.#via === 'http' && !this.#welcomed) this.#blocked = 0;
    this.#drop(true);
    const backoff = this.#backoff.failed();
    const retryAt = this.#schedule(wait ?? backoff);
    this.#enter('offline', { why, retryAt });
  }

  #stop(why, error) {
    this.#drop(false, error);
    this.why = why;
    const reason = error ?? this.#reason();
    this.#enter('stopped', { why });
    this.#endWaiting(({ reject }) => reject(reason));
    this.#options.onStop(reason);
  }

  /** Ends the current attempt, whatever became of it: nothing from it counts any more. */
  #drop(dead, error = cut()) {
    const { cancel } = this.#timing;
    this.#attempt++;
    cancel(this.#timer);
    this.#endRenewal?.();
    this.#aliveness.stop();
    const line = this.#line;
    this.#line = undefined;
    this.#open = this.#welcomed = false;
    line?.close(dead);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#options.onOffline();
    for (const { onError } of pending) onError(error);
  }

  #enter(state, more = {}) {
    if (this.#closed && state !== 'stopped') return;
    this.state = state;
    this.why = more.why;
    this.#options.onState({ state, ...more });
  }
}

const cut = () => new TertuliaError('cut', 'the connection was lost', true);
