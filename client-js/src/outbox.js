import { TertuliaError, abortable, closed } from './errors.js';
import { newId } from './ids.js';
import { loadMore } from './lazy.js';
/** @import { Outgoing, Waiting } from '../tertulia.d.ts' */

/** How long the records of a page are its own after it was last heard of, and how often it is heard of. */
const OUTBOX_LEASE = 8_000;
const OUTBOX_ROUND = 3_000;

/** How long a store may take. After that it counts as one that failed, because a message waits for it. */
const STORE_PATIENCE = 2_000;

/** The first and the longest wait before a request is repeated that the server could not take. */
const REPEAT_FIRST = 500;
const REPEAT_LAST = 10_000;

/** Codes with which a request ends that was not answered, and will be made again when there is a line. */
const UNANSWERED = ['cut', 'closed', 'stopped'];

/**
 * What was given to the client and is not confirmed yet.
 *
 * Each item is a request with an `id`, which it keeps at every attempt: the server answers a repeated one with
 * its first reply, and so it takes effect once. Items stand in lanes. In a lane, an item is sent when the one
 * before it was answered; one that is refused fails alone. Lanes don't wait for each other.
 *
 * # The store
 *
 * An item is a record in the store from before it is sent until it is answered. A store that fails or hangs
 * delays nothing for longer than two seconds: the item is sent without a record, and `onDurable(false)` says
 * that it would not survive the page. When all records are written again, `onDurable(true)` says so.
 *
 * # Pages that share a store
 *
 * Every outbox is an owner, with a lease in the store that it renews while it has items. Records of an owner
 * whose lease has ended are adopted: at the start, and every three seconds. It does no harm if
 * two owners send one item (one was frozen, and awakes), because of its `id`; and items of a lane arrive in order
 * also then, because each owner sends one only after all before it were answered.
 */
export class Outbox {
  /** Owned by this object; the array is in the order in which items are sent. */
  #items = [];
  /** Lanes with something to send or to wait for, by name: `{ timer }` of the repetition that is waited for. */
  #lanes = new Map();
  #owner = newId();
  #options;
  #leases;
  #records;
  #order = 0;
  /** @type {((frame: any) => Promise<any>) | null} */
  #send = null;
  /** Why nothing is accepted, or `null`. */
  #ended = null;
  #closed = false;
  #durable = true;
  /** @type {Promise<void> | null} */
  #loading = null;
  #loaded = false;
  /** What adopts records, once it is loaded. */
  #keeper;
  #retry;
  #renewed = 0;

  /**
   * @param options `store`, and whether this is `alone` with it; `prefix` of its keys, one for each client; `limit` of items; `onChange(lane)`;
   *     `onSettled(lane, item, reply, error)` for what took effect, was refused, or could not be queued;
   *     `onError(error)` for failures of the store, once until it works again; `onDurable(boolean)`;
   *     `now`, `later`, `cancel` and `random` of the clock
   */
  constructor(options) {
    this.#options = options;
    this.#records = `${options.prefix}item:`;
    this.#leases = `${options.prefix}owner:`;
  }

  /** Adopts what an earlier page left. Never fails: see `onDurable`. */
  load() {
    this.#loading ??= this.#keep().then(() => {
      this.#loaded = true;
      this.#pumpAll();
    });
    return this.#loading;
  }

  /**
   * Queues a request, sent when its lane and the line permit.
   *
   * @param {string} lane
   * @param {any} frame
   * @param {Waiting} [options]
   * @returns {Promise<any>} its reply; rejected with the error of the server, or with `queue_full`, `aborted`, `closed` or that of `stop`
   */
  add(lane, frame, { signal } = {}) {
    return abortable(signal, (resolve, reject) => {
      const { limit, now } = this.#options;
      const copy = JSON.parse(JSON.stringify({ ...frame, id: frame.id ?? newId() }));
      const time = now();
      const full = this.#items.length >= limit;
      if (this.#ended || full) {
        const error = this.#ended ?? new TertuliaError('queue_full', `${limit} requests are waiting; the queue takes no more`);
        this.#options.onSettled(lane, { id: copy.id, frame: copy, time }, undefined, error);
        return reject(error);
      }
      const item = this.#newItem(newId(), { lane, frame: copy, time, order: Math.max(this.#order + 1, time) });
      item.taker = { resolve, reject };
      this.#write(item);
      this.#pump(lane);
      this.#options.onChange(lane);
      return () => void this.#remove(item);
    });
  }

  /**
   * The items, in the order in which they are sent; those of one lane, if it is named.
   *
   * @param {string} [lane]
   * @returns {Outgoing[]}
   */
  items(lane) {
    return this.#items
      .filter((item) => lane === undefined || item.lane === lane)
      .map(({ frame, time, state }) => ({ id: frame.id, frame, time, state }));
  }

  /** There is a line: `send(frame)` returns a promise of the reply, rejected with `cut` if there is none any more. */
  online(send) {
    if (this.#closed) return;
    if (this.#send) this.offline();
    this.#ended = null;
    this.#send = send;
    if (this.#loaded) {
      this.#keeper?.adopt();
      this.#pumpAll();
    } else {
      this.load();
    }
  }

  /** There is no line. What was under way waits, where it stood. */
  offline() {
    this.#send = null;
    for (const lane of this.#lanes.values()) this.#options.cancel(lane.timer);
    this.#lanes.clear();
    this.#allWait();
  }

  /** The client was stopped: promises are rejected with `error`, and so are those of `add`, until it is online again. Items stay. */
  stop(error) {
    this.offline();
    this.#ended = error;
    for (const item of this.#items) {
      item.taker?.reject(error);
      item.taker = null;
    }
  }

  /**
   * Ends it: promises are rejected with `closed`, and others may adopt the records.
   *
   * @return a promise that is fulfilled when the store has everything
   */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    this.stop(closed());
    this.#options.cancel(this.#retry);
    await Promise.all(this.#items.map(({ written }) => written));
    await this.#keeper?.end();
  }

  // Sending.

  #pumpAll() {
    for (const lane of new Set(this.#items.map((item) => item.lane))) this.#pump(lane);
  }

  /**
   * Sends the items of a lane, one after another, until there is none or the line is lost. Then a late reply still
   * settles its item, and a late failure is ignored.
   */
  async #pump(name) {
    const send = this.#send;
    if (!send || !this.#loaded || this.#lanes.has(name)) return;
    const lane = { timer: undefined };
    const current = () => this.#lanes.get(name) === lane;
    this.#lanes.set(name, lane);
    let failures = 0;
    while (current()) {
      const item = this.#items.find((each) => each.lane === name);
      if (!item) return void this.#lanes.delete(name);
      await item.written;
      if (!item.taker && (await this.#keeper?.wasDoneElsewhere(item))) this.#remove(item);
      if (!current()) return;
      if (!this.#items.includes(item)) continue;
      this.#setState(item, 'sending');
      try {
        const reply = await send(item.frame);
        failures = 0;
        this.#settle(item, reply);
      } catch (error) {
        if (!current()) return;
        const isUnanswered = UNANSWERED.includes(error?.code);
        if (isUnanswered || error?.retry) this.#setState(item, 'waiting');
        if (isUnanswered) return; // until `offline` or `online` is called
        if (error?.retry) {
          const backoff = Math.min(REPEAT_LAST, REPEAT_FIRST * 2 ** failures++);
          const wait = error.retryAfter || backoff * (0.5 + this.#options.random() / 2);
          await new Promise((resolve) => (lane.timer = this.#options.later(resolve, wait)));
        } else {
          failures = 0;
          this.#settle(item, undefined, error);
        }
      }
    }
  }

  // Items.

  #newItem(key, record) {
    const item = { key, ...record, state: 'waiting', taker: null, saved: false, written: null };
    this.#order = Math.max(this.#order, item.order);
    this.#items.push(item);
    return item;
  }

  /** It was answered, for good. */
  #settle(item, reply, error) {
    const { lane, frame, time, taker } = item;
    if (!this.#remove(item)) return;
    this.#options.onSettled(lane, { id: frame.id, frame, time }, reply, error);
    if (error) taker?.reject(error);
    else taker?.resolve(reply);
  }

  /** @return whether it was there */
  #remove(item) {
    if (!this.#items.includes(item)) return false;
    this.#items = this.#items.filter((other) => other !== item);
    item.written.then(() => this.#call('delete', this.#records + item.key)).catch(this.#storeFailed);
    this.#options.onChange(item.lane);
    return true;
  }

  #setState(item, state) {
    if (item.state === state) return;
    item.state = state;
    this.#options.onChange(item.lane);
  }

  #allWait() {
    for (const item of this.#items) this.#setState(item, 'waiting');
  }

  // The store.

  /** Writes the lease, so that nobody adopts the record, and then the record. Both calls are made at once. */
  #write = (item) => {
    const { lane, frame, time, order } = item;
    const record = this.#owner + JSON.stringify({ lane, frame, time, order });
    const written = Promise.all([this.#renew(), this.#call('set', this.#records + item.key, record)]);
    item.written = written.then(() => (item.saved = true), this.#storeFailed);
  };

  /** @param {boolean} [anyway] also if it was renewed a moment ago */
  #renew = async (anyway) => {
    const now = this.#options.now();
    if (!anyway && now >= this.#renewed && now - this.#renewed < OUTBOX_ROUND) return;
    this.#renewed = now;
    await this.#call('set', this.#leases + this.#owner, String(now + OUTBOX_LEASE)).catch((error) => {
      this.#renewed = 0;
      throw error;
    });
  };

  /** Ends the lease, so that others need not wait for its end. */
  #release = async () => {
    this.#renewed = 0;
    await this.#call('delete', this.#leases + this.#owner).catch(() => {});
  };

  /** Has the records of owners that are gone looked for, now and from time to time. If that cannot be loaded, it is tried again. */
  async #keep() {
    const { alone, later, onDurable } = this.#options;
    if (this.#closed || alone) return;
    try {
      const { Keeper } = await this.#within(loadMore);
      if (this.#closed) return;
      this.#keeper = new Keeper({
        ...this.#options,
        lease: OUTBOX_LEASE,
        round: OUTBOX_ROUND,
        owner: this.#owner,
        records: this.#records,
        leases: this.#leases,
        items: () => this.#items,
        call: this.#call,
        write: this.#write,
        renew: this.#renew,
        release: this.#release,
        take: this.#take,
        failed: this.#storeFailed,
        restored: () => {
          if (!this.#durable) onDurable((this.#durable = true));
        },
        isDurable: () => this.#durable,
      });
    } catch (error) {
      this.#storeFailed(error);
      this.#retry = later(() => this.#keep(), OUTBOX_ROUND);
      return;
    }
    await this.#keeper.adopt();
  }

  /** Takes over records, as items without a taker. */
  #take = (found) => {
    if (this.#closed || !found.length) return;
    const own = this.#loaded ? [] : [...this.#items];
    for (const [key, record] of found) this.#write(this.#newItem(key, record));
    for (const item of own) {
      item.order = ++this.#order; // whatever the clock says, what an earlier page left comes first
      this.#write(item);
    }
    this.#items.sort((one, other) => one.order - other.order);
    for (const lane of new Set(found.map(([, record]) => record.lane))) {
      this.#pump(lane);
      this.#options.onChange(lane);
    }
  };

  #storeFailed = (error) => {
    if (!this.#durable || this.#closed) return;
    this.#durable = false;
    this.#options.onError(error);
    this.#options.onDurable(false);
  };

  /** Calls a method of the store now, and makes a promise of whatever it does. */
  #call = (method, ...args) => this.#within(() => this.#options.store[method](...args));

  /** Acts now, and makes a promise of it that ends within `STORE_PATIENCE`. */
  #within(act) {
    const { later, cancel } = this.#options;
    return new Promise((resolve, reject) => {
      const result = act();
      if (typeof result?.then !== 'function') return resolve(result);
      const timer = later(() => reject(new Error('The store did not answer')), STORE_PATIENCE);
      result.then(resolve, reject).finally(() => cancel(timer));
    });
  }

}
