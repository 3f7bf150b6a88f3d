/**
 * Looks after the records of one outbox in a store that others may use: renews its lease, writes again what could not
 * be written, and adopts what others left, every three seconds.
 */
export class Keeper {
  #box;
  #timer;
  #adopting = false;
  /** Whether it could look for abandoned records the last time. */
  #looked = false;
  #ended = false;

  /**
   * @param box the outbox: `items()`, and their `limit`; `call(method, ...values)` of its store; the prefixes `records`
   *     and `leases` of its keys; its name as an `owner`, the longest `lease`, the time of a `round`; `write(item)`,
   *     `renew(anyway)` and `release()` of its lease, `take(found)` of keys and contents; `failed(error)` of the store, `restored()`, `isDurable()`;
   *     `now`, `later` and `cancel`
   */
  constructor(box) {
    this.#box = box;
    globalThis.addEventListener?.('pagehide', this.#box.release);
    globalThis.addEventListener?.('pageshow', this.#returnToPage);
    this.#startRounds();
  }

  /** Takes over the records of owners that are gone, as many as there is room for. */
  async adopt() {
    if (this.#adopting || this.#ended) return;
    this.#adopting = true;
    let found = [];
    try {
      found = await this.#findAbandoned();
      this.#looked = true;
    } catch (error) {
      this.#looked = false;
      this.#box.failed(error);
    }
    this.#adopting = false;
    this.#box.take(found);
  }

  /** Whether an item without a taker lost its record: its earlier owner awoke, and has brought it to its end. */
  async wasDoneElsewhere(item) {
    const { call, records, failed } = this.#box;
    try {
      return item.saved && (await call('get', records + item.key)) === null;
    } catch (error) {
      failed(error);
      return false;
    }
  }

  /** Ends it: others may adopt the records. */
  async end() {
    this.#ended = true;
    this.#box.cancel(this.#timer);
    globalThis.removeEventListener?.('pagehide', this.#box.release);
    globalThis.removeEventListener?.('pageshow', this.#returnToPage);
    await this.#box.release();
  }

  /** @return keys and contents of the records that nobody sends; leases that have ended are removed */
  async #findAbandoned() {
    const { call, records, leases, owner, items, limit, lease, now } = this.#box;
    const alive = new Set([owner]);
    for (const key of await call('keys', leases)) {
      const left = Number(await call('get', key)) - now();
      if (left > 0 && left <= lease) alive.add(key.slice(leases.length));
      else await call('delete', key);
    }
    const known = new Set(items().map(({ key }) => key));
    const found = [];
    for (const full of await call('keys', records)) {
      const key = full.slice(records.length);
      if (items().length + found.length >= limit) break;
      const text = known.has(key) ? null : await call('get', full);
      if (!text || alive.has(text.slice(0, owner.length))) continue;
      try {
        found.push([key, JSON.parse(text.slice(owner.length))]);
      } catch {
        await call('delete', full); // not a record: nothing can be sent
      }
    }
    return found;
  }

  /** Every three seconds: the lease, what could not be written, what others left. */
  #startRounds() {
    const { later, round, items, isDurable, release } = this.#box;
    this.#timer = later(() => {
      if (items().length || !isDurable()) this.#makeDurable();
      else release();
      this.adopt();
      this.#startRounds();
    }, round);
  }

  async #makeDurable() {
    const { renew, failed, items, write, restored } = this.#box;
    try {
      await renew(true);
    } catch (error) {
      failed(error);
      return;
    }
    const unsaved = items().filter(({ saved }) => !saved);
    unsaved.forEach(write);
    await Promise.all(unsaved.map(({ written }) => written));
    if (this.#looked && items().every(({ saved }) => saved)) restored();
  }

  /** The page was only put aside, and is here again. */
  #returnToPage = ({ persisted }) => {
    const { items, renew, failed } = this.#box;
    if (persisted && items().length) renew(true).catch(failed);
  };
}
