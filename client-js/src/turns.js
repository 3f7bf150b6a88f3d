/** How many streams an origin has open at once: of the six connections of a browser to a host, half are for requests. */
const STREAM_PLACES = 3;

/** How long a stream lasts at least before it gives way, and how long somebody's wish for a place counts. */
export const TURN = 2_000;
const WISH = 10_000;

/** How often a wish is repeated, and after what wait a place is taken that nobody gives: its owner may be frozen. */
const WISH_AGAIN = 1_000;
const TURN_PATIENCE = 30_000;

/** The pause between two streams where tabs cannot agree. */
const TURN_PAUSE = 3_000;

/**
 * Lets the tabs of an origin take turns with their streams, because each stream occupies one of six connections to
 * the server: with the seventh tab, everything would hang.
 *
 * Places are Web Locks. Who waits for one says so to the other tabs, over a `BroadcastChannel`, because timers of
 * hidden tabs are too slow to look. On pages of plain `http` there are no locks: while other tabs are heard, streams
 * are short, with pauses between them. Where there is no such channel, or no browser, nothing is shared.
 */
export class Turns {
  #name;
  #timing;
  #scope;
  /** @type {BroadcastChannel | null} */
  #channel = null;
  #wishedAt = -Infinity;
  #first = true;

  /**
   * @param {string} name shared by the tabs that have to agree
   * @param timing
   * @param {() => void} onWish another tab waits
   * @param {any} [scope] the global scope
   */
  constructor(name, timing, onWish, scope = globalThis) {
    this.#name = name;
    this.#timing = timing;
    this.#scope = scope;
    if (!scope.location || !scope.BroadcastChannel) return;
    const channel = (this.#channel = new scope.BroadcastChannel(name));
    channel.onmessage = () => {
      this.#wishedAt = timing.now();
      onWish();
    };
  }

  /** Whether a stream that has lasted for so long should end now. */
  isOver(lasted) {
    return lasted >= TURN && this.#timing.now() - this.#wishedAt < WISH;
  }

  /**
   * Waits for a place.
   *
   * @return what gives it back
   */
  async take(signal) {
    const { later, cancel, random } = this.#timing;
    if (!this.#channel) return () => {};
    const { locks } = this.#scope.navigator;
    /** @returns {Promise<void>} */
    const wait = (ms) =>
      new Promise((resolve) => {
        const timer = later(resolve, ms);
        signal.addEventListener('abort', () => (cancel(timer), resolve()), { once: true });
      });
    this.#wish();
    if (!locks) {
      if (!this.#first && this.isOver(TURN)) await wait(TURN_PAUSE * (0.5 + random()));
      this.#first = false;
      return () => {};
    }
    const start = Math.floor(random() * STREAM_PLACES);
    const place = (i) => `${this.#name}:${(start + i) % STREAM_PLACES}`;
    for (let i = 0; i < STREAM_PLACES; i++) {
      const leave = await this.#lock(place(i), { ifAvailable: true });
      if (leave) return leave;
    }
    const patience = new AbortController();
    const giveUp = () => patience.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    const timer = later(giveUp, TURN_PATIENCE);
    let waiting = true;
    const wishAgain = async () => {
      for (;;) {
        await wait(WISH_AGAIN);
        if (!waiting || signal.aborted) return;
        this.#wish();
      }
    };
    wishAgain();
    try {
      return await this.#lock(place(0), { signal: patience.signal });
    } catch {
      return () => {};
    } finally {
      waiting = false;
      cancel(timer);
    }
  }

  close() {
    this.#channel?.close();
    this.#channel = null;
  }

  #wish() {
    this.#channel?.postMessage(0);
  }

  /** @return a promise of what releases the lock, or of `undefined` if it is not available */
  #lock(name, options) {
    return new Promise((resolve, reject) => {
      this.#scope.navigator.locks
        .request(name, options, (lock) => lock && new Promise((leave) => resolve(leave)))
        .then(resolve, reject);
    });
  }
}
