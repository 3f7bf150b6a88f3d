import { onAbort, TertuliaError } from './errors.js';

/** What an iterator holds for a consumer that is slower than the events; beyond it the iterator fails with `queue_full`. */
const ITERATOR_LIMIT = 10_000;

/**
 * Named events with handlers and async iterators.
 *
 * Handlers are called synchronously, in the order in which they were added. One that throws, or returns a promise
 * that rejects, is reported once, and the next one is called.
 */
export class Emitter {
  /** `{ event, handler }`, in the order in which they are called. */
  #entries = new Set();
  #iterators = new Set();
  #onError;
  #ended = false;

  /**
   * @param {(error: unknown, where: string) => void} report receives what handlers throw
   * @param {string} [where] these events are, for `report`
   */
  constructor(report, where = '') {
    this.#onError = (error, event) => report(error, `a handler of '${event}'${where}`);
  }

  /**
   * Calls `handler` for every `event`, until the returned function is called or `signal` aborts.
   *
   * @param {string} event
   * @param {(value: any) => void} handler
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {() => void}
   */
  on(event, handler, { signal } = {}) {
    const entry = { event, handler };
    this.#entries.add(entry);
    const remove = () => this.#entries.delete(entry);
    const detach = onAbort(signal, remove);
    return () => {
      remove();
      detach();
    };
  }

  /** The handlers of `event`. */
  #of(event) {
    return [...this.#entries].filter((entry) => entry.event === event);
  }

  /** Whether `event` has a handler. */
  has(event) {
    return this.#of(event).length > 0;
  }

  emit(event, value) {
    for (const entry of this.#of(event)) {
      if (!this.#entries.has(entry)) continue;
      try {
        entry.handler(value)?.then?.(undefined, (error) => this.#onError(error, event));
      } catch (error) {
        this.#onError(error, event);
      }
    }
  }

  /**
   * The events from now on, until `signal` aborts, the loop is left, or this emitter ends.
   *
   * @param {string} event
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {AsyncIterableIterator<any>}
   */
  iterate(event, { signal } = {}) {
    const values = [];
    let failure;
    let done = false;
    /** @type {(value?: any) => void} */
    let wake = () => {};
    let detach = () => {};
    const off = this.on(event, (value) => {
      if (values.length < ITERATOR_LIMIT) values.push(value);
      else {
        failure = new TertuliaError('queue_full', `an iterator of '${event}' is more than ${ITERATOR_LIMIT} events behind`);
        finish();
      }
      wake();
    });
    const finish = () => {
      done = true;
      off();
      detach();
      this.#iterators.delete(finish);
      wake();
    };
    this.#iterators.add(finish);
    detach = onAbort(signal, finish);
    if (this.#ended) finish();
    const loop = (async function* () {
      for (;;) {
        while (values.length) yield values.shift();
        if (failure) throw failure;
        if (done) return;
        await new Promise((resolve) => (wake = resolve));
      }
    })();
    // Also before the first `next`, and while one waits.
    const leave = loop.return;
    loop.return = (value) => {
      values.length = 0;
      finish();
      return leave.call(loop, value);
    };
    return loop;
  }

  /** Ends all iterators, after what they hold; nothing is emitted afterwards. */
  end() {
    this.#ended = true;
    this.#entries.clear();
    for (const finish of this.#iterators) finish();
  }
}
