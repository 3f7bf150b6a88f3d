import { errorOf } from './errors.js';

/** How many messages are kept that were refused. Beyond it, the oldest go. */
const FAILED_LIMIT = 100;

/** The longest record that goes into the store: the space in browsers is small, and the queue needs it. */
const RECORD_LENGTH = 16_384;

/**
 * Messages that were refused, until they are discarded: what a person wrote is not lost with a promise.
 *
 * They are in the store too, unless they are too long for it, and so outlive the page. With a store that fails, of which
 * the queue tells, they last as long as the page.
 */
export class Failures {
  /** Oldest first, by `time`: `{ id, frame, time, error }`. The array is replaced at every change. */
  #all = [];
  #options;

  /** @param options `store`; `onChange(room)` */
  constructor(options) {
    this.#options = options;
  }

  /** Those of a room. */
  of(room) {
    return this.#all.filter(({ frame }) => frame.room === room);
  }

  /** Takes what earlier pages left. Never fails. */
  async load() {
    const { store } = this.#options;
    try {
      for (const key of await store.keys('failed:')) {
        const text = await store.get(key);
        if (text === null) continue;
        const { error, ...failed } = JSON.parse(text);
        this.#put({ ...failed, error: errorOf(error) });
      }
    } catch {
      // as it says above
    }
  }

  add(outgoing, error) {
    const { code, message } = error;
    const record = JSON.stringify({ ...outgoing, error: { code, message } });
    if (record.length <= RECORD_LENGTH) this.#store('set', outgoing.id, record);
    this.#put({ ...outgoing, error });
  }

  discard(room, id) {
    const found = this.of(room).find((failed) => failed.id === id);
    if (found) this.#remove(found);
  }

  #put(failed) {
    const { id, frame } = failed;
    this.#all = [...this.#all.filter((other) => other.id !== id), failed].sort((one, other) => one.time - other.time);
    if (this.#all.length > FAILED_LIMIT) this.#remove(this.#all[0]);
    this.#options.onChange(frame.room);
  }

  #remove(failed) {
    this.#all = this.#all.filter((other) => other !== failed);
    this.#store('delete', failed.id);
    this.#options.onChange(failed.frame.room);
  }

  async #store(method, id, ...values) {
    try {
      await this.#options.store[method](`failed:${id}`, ...values);
    } catch {
      // as in `load`
    }
  }
}
