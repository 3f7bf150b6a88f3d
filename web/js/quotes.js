/** How many originals that are not in view are remembered. */
const REMEMBERED = 500;

/** How many are asked for at once. */
const AT_ONCE = 4;

/** The messages that others reply to: those in view as they are now, the others as they were when asked for. */
export class Quotes {
  #room;
  #changed;
  #closing;
  #inView = new Map();
  /** By offset; `null` for one that does not exist, `undefined` while it is being asked for. */
  #others = new Map();
  #waiting = [];
  #asked = 0;

  /**
   * @param room a `Room` of the client
   * @param {() => void} changed
   * @param {AbortSignal} closing
   */
  constructor(room, changed, closing) {
    this.#room = room;
    this.#changed = changed;
    this.#closing = closing;
  }

  /** @param messages those of the view */
  look(messages) {
    this.#inView = new Map(messages.map((message) => [message.offset, message]));
  }

  /** The original at this offset; `null` if there is none, `undefined` as long as it is not known. */
  original(offset) {
    const shown = this.#inView.get(offset);
    if (shown) return shown;
    if (!this.#others.has(offset)) {
      this.#others.set(offset, undefined);
      this.#waiting.push(offset);
      if (this.#others.size > REMEMBERED) this.#others.delete(this.#others.keys().next().value);
      this.#next();
    }
    return this.#others.get(offset);
  }

  async #next() {
    if (this.#asked >= AT_ONCE || this.#waiting.length === 0) return;
    const offset = this.#waiting.shift();
    this.#asked++;
    try {
      const where = { before: offset + 1, limit: 1, signal: this.#closing };
      const { messages } = await this.#room.history(where);
      this.#others.set(offset, messages.find((message) => message.offset === offset) ?? null);
    } catch {
      this.#others.set(offset, null);
    }
    this.#asked--;
    if (this.#closing.aborted) return;
    this.#changed();
    this.#next();
  }
}
