/** How many of the last entries are remembered, to know those of a page that begins again. */
const REMEMBERED = 256;

/**
 * One log as this client follows it: a room's, or that of the inbox. It delivers each entry once and in order, or
 * says `gap` first, and knows the position up to which that was done.
 *
 * The position moves when the handlers of an entry have returned, and by nothing else: not by replies to requests of
 * its own, which may overtake entries that a cut then loses. On a connection, nothing counts before the page with
 * which the server resumes the log.
 */
export class Follower {
  /** The position of the last entry that was delivered, or `null`. */
  position = null;

  #options;
  #live = false;
  #asked = null;
  #entered = false;
  #delivered = new Set();
  #saving = false;
  #unsaved = false;
  #loaded = false;
  /** Whether the store's failure was reported. */
  #failing = false;
  #forgotten = false;

  /** @param options `deliver(entry, isReplay)` calls the handlers, `gap()`; `store` and `key` for the position, if it is kept; `report(error, where)` */
  constructor(options) {
    this.#options = options;
  }

  /** Reads the position that an earlier page has kept. Never fails. */
  async load() {
    const { store, key } = this.#options;
    try {
      if (store) this.position = (await store.get(key)) ?? null;
    } catch (error) {
      this.#failed(error);
    }
    this.#loaded = true;
  }

  /** Whether the position is known. */
  get loaded() {
    return this.#loaded;
  }

  /** The position to resume from, `null` for none: it is being asked for, until the page comes. */
  ask() {
    this.#live = false;
    return (this.#asked = this.position);
  }

  /** Nothing is followed any more, or for now. */
  pause() {
    this.#live = false;
  }

  /** Whether entries are delivered. */
  get live() {
    return this.#live;
  }

  /**
   * The page with which the server resumes the log or begins again, with its entries, and the position after them.
   * In a log that keeps nothing there are no positions, and what came meanwhile is lost.
   *
   * @param {{ recovered: boolean, entries: any[], after?: string, entered?: (first: boolean) => void }} page `entered` is called between the gap and the entries
   */
  page({ recovered, entries, after, entered = () => {} }) {
    const first = recovered && this.#asked === null && !this.#entered;
    const gap = !recovered || (this.#asked === null && this.#entered);
    this.#entered = this.#live = true;
    if (gap) this.#options.gap();
    if (this.#live) entered(first);
    for (const entry of entries) this.entry(entry, true);
    if (this.#live) this.#moved(after);
  }

  entry(entry, isReplay = false) {
    const { pos } = entry;
    if (!this.#live || this.#delivered.has(pos)) return;
    this.#options.deliver(entry, isReplay);
    if (pos === undefined) return;
    this.#delivered.add(pos);
    if (this.#delivered.size > REMEMBERED) this.#delivered.delete(this.#delivered.values().next().value);
    this.#moved(pos);
  }

  /** The replay has ended with `pos`. */
  caughtUp(pos) {
    if (this.#live) this.#moved(pos);
  }

  /** Everything up to `pos` was delivered. */
  #moved(pos) {
    if (pos === undefined || pos === this.position) return;
    this.position = pos;
    this.#unsaved = true;
    this.#save();
  }

  /** Forgets the position. */
  async forget() {
    const { store, key } = this.#options;
    this.#live = false;
    this.#forgotten = true;
    try {
      await store?.delete(key);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Writes the newest position, one at a time. */
  async #save() {
    const { store, key } = this.#options;
    if (!store || this.#saving || this.#forgotten) return;
    this.#saving = true;
    while (this.#unsaved) {
      this.#unsaved = false;
      try {
        const written = store.set(key, this.position);
        // A store that is not asynchronous has it before the next entry comes.
        if (written?.then) await written;
        this.#failing = false;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#saving = false;
  }

  #failed(error) {
    if (!this.#failing) this.#options.report(error, 'store');
    this.#failing = true;
  }
}
