import { TertuliaError } from './errors.js';

/** What an iterator holds for a consumer that is slower than the events; beyond it the iterator fails with `queue_full`. */
const ITERATOR_LIMIT = 10_000;

/**
 * Named events with handlers and async iterators.
 *
 * Handlers are called synchronously, in the order in which they were added. One that throws, or returns a promise
 * that rejects, is reported once to `onError`, and the next one is called.
 */
export class Emitter {
  #handlers = new Map();
  #iterators = new Set();
  #onError;
  #ended = false;

  /** @param {(error: unknown, where: string) => void} onError receives what handlers throw, and the name of the event */
  constructor(onError) {
    this.#onError = onError;
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
    const entry = { handler };
    const off = () => {
      this.#handlers.get(event)?.delete(entry);
      signal?.removeEventListener('abort', off);
    };
    if (signal?.aborted) return off;
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(entry);
    signal?.addEventListener('abort', off);
    return off;
  }

  /** Whether `event` has a handler. */
  has(event) {
    return this.#handlers.get(event)?.size > 0;
  }

  emit(event, value) {
    const entries = this.#handlers.get(event);
    for (const entry of [...(entries ?? [])]) {
      if (!entries.has(entry)) continue;
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
    const takers = [];
    let failure;
    let done = this.#ended || signal?.aborted === true;
    const settle = () => {
      while (takers.length && (values.length || done)) {
        const { resolve, reject } = takers.shift();
        if (values.length) resolve({ value: values.shift(), done: false });
        else if (failure) reject(failure);
        else resolve({ value: undefined, done: true });
      }
    };
    const finish = () => {
      done = true;
      off();
      this.#iterators.delete(finish);
      signal?.removeEventListener('abort', finish);
      settle();
    };
    const off = this.on(event, (value) => {
      if (values.length >= ITERATOR_LIMIT) {
        failure = new TertuliaError('queue_full', `an iterator of '${event}' is more than ${ITERATOR_LIMIT} events behind`);
        finish();
      } else {
        values.push(value);
        settle();
      }
    });
    if (done) finish();
    else {
      this.#iterators.add(finish);
      signal?.addEventListener('abort', finish);
    }
    return {
      next: () =>
        new Promise((resolve, reject) => {
          takers.push({ resolve, reject });
          settle();
        }),
      return: async (value) => {
        values.length = 0;
        finish();
        return { value, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /** Ends all iterators, after what they hold; nothing is emitted afterwards. */
  end() {
    this.#ended = true;
    this.#handlers.clear();
    for (const finish of this.#iterators) finish();
  }
}
