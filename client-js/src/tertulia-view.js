/*! View of a room, for the client of the Tertulia server. Licence: Apache-2.0 */

/** @import { RoomView as Contract } from '../tertulia-view.d.ts' */
/** @import { Waiting } from '../tertulia.d.ts' */

/** How many messages a view holds, and how many it asks for at once, unless it is told otherwise. */
const VIEW_SIZE = 300;
const VIEW_PAGE = 50;

/** How many entries are kept for a page that is being asked for. With more, it is asked for again. */
const KEPT_ENTRIES = 10_000;

/** Of how many clients it is known how far they have read. */
const READERS = 1_000;

/** How many own amendments are shown that were answered, and whose entries did not come yet. */
const ANSWERED = 100;

/** The wait before the newest messages are asked for again that the server cannot give at the moment. */
const LOAD_AGAIN = 2_000;

/**
 * The messages of a room *as they are now*: a bounded window that follows the end of the room, or stands further back.
 *
 * It is made from entries and from pages. A page tells the offset as of which its messages are so; an amendment counts
 * for a message if its offset is greater than the one as of which that message is known. Entries that come while a page
 * is being asked for are kept, and then applied to it by the same rule. So nothing counts twice, and nothing is lost.
 *
 * Loads run one after the other, because each continues at an edge of what the one before has left.
 */
export class RoomView {
  #room;
  #client;
  #size;
  #page;
  #closing = new AbortController();
  #handlers = new Set();
  /** Whether `change` is about to be emitted; and the array since the last one, once somebody asked. */
  #due = false;
  #messages;

  /** The window, oldest first: `{ asOf, message }`. Messages are replaced, never altered. */
  #stored = [];
  /** `undefined` as long as no page has told. */
  #older;
  #newer = false;
  /** Up to this offset, every message that belongs into the window is in it. */
  #upTo = 0;
  #arrived = 0;
  /** The offset of the last message that was shown or counted. */
  #counted = 0;
  #loaded = false;
  /** Whether the room has offsets, and so pages. */
  #keeps = true;
  #incomplete = false;
  #gaps = 0;
  #reads = new Map();

  /** The loads that wait or run, by kind: `{ done, stop, waiting }`; the last one; and what comes during one. */
  #loads = new Map();
  #last = Promise.resolve();
  #kept;
  /** Own amendments whose replies came before their entries: `{ frame, time, offset }`. */
  #answered = [];
  /** The offset of the last entry that was not kept, and of the highest that came. */
  #lost = 0;
  #highest = 0;
  #again;

  /**
   * @param room a `Room` of the client
   * @param {{ client?: string, size?: number, page?: number }} [options]
   */
  constructor(room, { client, size = VIEW_SIZE, page = VIEW_PAGE } = {}) {
    this.#room = room;
    this.#client = client;
    this.#page = page;
    this.#size = Math.max(size, 2 * page);
    const hear = (event, act) =>
      room.on(
        event,
        (value) => {
          act(value);
          this.#changed();
        },
        this.#closing,
      );
    hear('gap', () => {
      this.#incomplete = true;
      this.#gaps++;
      this.#highest = 0;
      this.#answered = [];
    });
    hear('joined', ({ first, after }) => {
      this.#keeps = after !== undefined;
      if (!this.#keeps || (first && !this.#incomplete)) this.#loaded = true;
      else if (!this.#loaded || this.#incomplete) this.#loadAgain();
    });
    hear('entry', (entry) => this.#came(entry));
    // The reply comes before the entry, which takes the place of a message without `pos`; or long after it.
    hear('sent', ({ outgoing: { frame, time }, reply }) => {
      const { offset } = reply;
      if (offset <= this.#highest) return;
      if (frame.type === 'chat') this.#came({ ...frame, ...reply, pos: undefined, client: this.#me });
      else if (offset !== undefined) this.#answered = [...this.#answered, { frame, time, offset }].slice(-ANSWERED);
    });
    hear('outgoing', () => {});
    hear('read', ({ client: reader, offset }) => {
      if (!(this.#reads.get(reader) >= offset)) this.#reads.set(reader, offset);
      if (this.#reads.size > READERS) this.#reads.delete(this.#reads.keys().next().value);
    });
    if (room.joined || room.position !== null) this.#loadAgain();
  }

  /** @returns {Contract['messages']} */
  get messages() {
    return (this.#messages ??= this.#build());
  }

  /** @returns {Contract['loaded']} */
  get loaded() {
    return this.#loaded;
  }

  /** @returns {Contract['older']} */
  get older() {
    return this.#keeps && (this.#older ?? this.#stored[0]?.message.offset > 1);
  }

  /** @returns {Contract['newer']} */
  get newer() {
    return this.#newer;
  }

  /** @returns {Contract['arrived']} */
  get arrived() {
    return this.#arrived;
  }

  /** @returns {Contract['incomplete']} */
  get incomplete() {
    return this.#incomplete;
  }

  /** @returns {Contract['reads']} */
  get reads() {
    return this.#reads;
  }

  /** @type {Contract['on']} */
  on(event, handler, { signal } = {}) {
    const entry = { handler };
    const off = () => {
      this.#handlers.delete(entry);
      signal?.removeEventListener('abort', off);
    };
    if (event === 'change' && !signal?.aborted && !this.#closed) this.#handlers.add(entry);
    signal?.addEventListener('abort', off);
    return off;
  }

  /** @type {Contract['loadOlder']} */
  loadOlder(options) {
    return this.#load('older', options, async (history) => {
      while (this.older) {
        const [edge] = this.#stored;
        const page = await history({ before: edge?.message.offset });
        if (edge?.message.offset !== this.#stored[0]?.message.offset) continue; // too much has come meanwhile
        this.#stored.unshift(...page.stored);
        this.#older = page.more;
        this.#newer ||= this.#stored.length > this.#size;
        this.#stored.splice(this.#size);
        return;
      }
    });
  }

  /** @type {Contract['loadNewer']} */
  loadNewer(options) {
    return this.#load('newer', options, async (history) => {
      if (!this.#newer) return;
      const page = await history({ after: this.#stored.at(-1)?.message.offset ?? 0 });
      this.#stored.push(...page.stored);
      this.#reaches(page, page.asOf);
    });
  }

  /** @type {Contract['goTo']} */
  goTo(offset, options) {
    return this.#load(offset, options, async (history) => {
      if (!this.#stored.some(({ message }) => message.offset === offset)) await this.#around(offset, history);
    });
  }

  /** @type {Contract['toEnd']} */
  toEnd(options) {
    if (!this.#keeps) {
      this.#incomplete = false;
      this.#changed();
    }
    return this.#load('end', options, async (history) => {
      if (this.#newer || this.#incomplete || !this.#loaded) await this.#end(history);
    });
  }

  /** @type {Contract['retry']} */
  retry(key) {
    const failed = this.#failed(key);
    if (!failed) return;
    const { type, room, message, id, ...fields } = failed.frame;
    this.discard(key);
    if (failed.error.code !== 'conflict') fields.id = id;
    this.#room.send(message, fields).catch(() => {}); // it is in `failed` again
  }

  /** @type {Contract['discard']} */
  discard(key) {
    const failed = this.#failed(key);
    if (failed) this.#room.discard(failed.id);
  }

  /** @type {Contract['close']} */
  close() {
    this.#closing.abort();
    this.#handlers.clear();
    clearTimeout(this.#again);
    for (const { stop } of this.#loads.values()) stop.abort();
  }

  get #closed() {
    return this.#closing.signal.aborted;
  }

  get #me() {
    return this.#client ?? this.#room.client;
  }

  // Entries.

  #came(entry) {
    if (entry.system) return;
    if (entry.offset === undefined) {
      this.#keeps = false;
      this.#loaded = true;
    } else if (entry.pos !== undefined) {
      this.#highest = Math.max(this.#highest, entry.offset);
      this.#answered = this.#answered.filter(({ offset }) => offset > entry.offset);
    }
    if (this.#kept?.push(entry) > KEPT_ENTRIES) this.#lost = this.#kept.shift().offset;
    this.#apply(entry);
  }

  #apply(entry) {
    // After a gap, nothing fits what is shown; what comes until the messages are loaded again is kept for them.
    if (this.#incomplete && this.#keeps) return;
    if (entry.type === 'chat') {
      this.#add(entry);
      return;
    }
    const known = this.#stored.findLast(({ message }) => message.offset === entry.target);
    if (!known || entry.offset <= known.asOf) return;
    known.asOf = entry.offset;
    known.message = amended(known.message, entry, this.#me);
  }

  #add(entry) {
    const { offset, pos } = entry;
    const message = this.#message(entry);
    let at = this.#stored.length;
    while (at && this.#stored[at - 1].message.offset > offset) at--;
    const before = this.#stored[at - 1];
    // Without offsets, only the key tells.
    const known = before?.message.offset === offset ? this.#stored.findLast((stored) => stored.message.key === message.key) : undefined;
    if (known) {
      if (known.message.pos === undefined) known.message = message;
    } else if (this.#newer) {
      if (pos !== undefined && offset > this.#counted) this.#arrived++;
    } else if (!(offset <= this.#upTo)) {
      this.#stored.splice(at, 0, { asOf: offset, message });
      this.#trim();
    }
    if (pos !== undefined) this.#counted = Math.max(this.#counted, offset);
  }

  #message(entry) {
    const own = entry.client === this.#me;
    return { ...entry, key: `${own ? '' : entry.client} ${entry.unreadable ? entry.offset : entry.id}`, own, state: 'stored' };
  }

  /** Drops what is too much at the older end. While a page is being asked for, the edge stays where it is. */
  #trim() {
    const excess = this.#stored.length - this.#size - (this.#kept ? KEPT_ENTRIES : 0);
    if (excess <= 0) return;
    this.#stored.splice(0, excess);
    this.#older = true;
  }

  // Pages.

  /**
   * Runs `act(history)` after the loads before it; a load of the same kind that has not ended is shared.
   *
   * @param {string | number} kind
   * @param {Waiting | undefined} options
   * @param {(history: (page: object) => Promise<any>) => Promise<void>} act
   * @returns {Promise<void>} a promise that `signal` rejects; the load ends with the last one that waits for it
   */
  #load(kind, { signal } = {}, act) {
    let load = this.#loads.get(kind);
    if (!load) {
      const stop = new AbortController();
      if (this.#closed) stop.abort();
      load = { stop, waiting: 0 };
      load.forget = () => this.#loads.get(kind) === load && this.#loads.delete(kind);
      load.done = this.#last = this.#last.catch(() => {}).then(() => this.#run(act, load));
      this.#loads.set(kind, load);
    }
    load.waiting++;
    if (!signal) return load.done;
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#room.history({ signal }).catch(reject); // rejected as every request that is aborted
        if (--load.waiting) return;
        load.stop.abort();
        load.forget();
      };
      signal.addEventListener('abort', abort);
      load.done.then(resolve, reject).then(() => signal.removeEventListener('abort', abort));
      if (signal.aborted) abort();
    });
  }

  async #run(act, load) {
    this.#kept = [];
    this.#lost = 0;
    try {
      await act((where) => this.#history(where, load.stop));
      for (const entry of this.#kept) this.#apply(entry);
    } finally {
      load.forget();
      this.#kept = undefined;
      this.#trim();
      this.#changed();
    }
  }

  async #history(where, { signal }) {
    for (;;) {
      const gaps = this.#gaps;
      const { messages, more, offset: asOf } = await this.#room.history({ limit: this.#page, ...where, signal });
      this.#keeps = asOf !== undefined;
      if (asOf < this.#lost) continue;
      return { asOf, gaps, more, stored: messages.map((message) => ({ asOf, message: this.#message(message) })) };
    }
  }

  async #end(history) {
    const page = await history({});
    this.#show(page, page.stored, page.more);
    this.#reaches({ more: false }, page.asOf);
  }

  async #around(offset, history) {
    const [before, after] = await Promise.all([history({ before: offset + 1 }), history({ after: offset })]);
    this.#show(before, [...before.stored, ...after.stored], before.more);
    this.#reaches(after, after.asOf);
  }

  #show({ gaps }, stored, older) {
    this.#loaded = true;
    if (!this.#keeps) return;
    this.#stored = stored;
    this.#older = older;
    this.#incomplete = gaps !== this.#gaps;
  }

  /** The window now ends with the last message of a page that is known as of an offset. */
  #reaches({ more }, asOf) {
    this.#newer = more;
    if (more) return;
    this.#counted = this.#upTo = asOf ?? 0;
    this.#arrived = 0;
  }

  /** At the start, and after a gap: the newest messages, or those around the middle of what was shown. */
  #loadAgain() {
    clearTimeout(this.#again);
    const load = this.#load('again', {}, (history) => {
      const middle = this.#stored[this.#stored.length >> 1];
      return this.#newer && middle ? this.#around(middle.message.offset, history) : this.#end(history);
    });
    load.then(
      () => this.#incomplete && this.#loadAgain(),
      ({ retry, retryAfter = LOAD_AGAIN }) => {
        if (retry && !this.#closed) this.#again = setTimeout(() => this.#loadAgain(), retryAfter);
      },
    );
  }

  // What is shown.

  #failed(key) {
    return this.#room.failed.find(({ id }) => key === ` ${id}`);
  }

  #build() {
    const readers = new Map();
    for (const [client, offset] of this.#reads) {
      const last = client === this.#me ? undefined : this.#stored.findLast(({ message }) => message.offset <= offset);
      if (last) readers.set(last, [...(readers.get(last) ?? []), client]);
    }
    const keys = new Set();
    const { outgoing } = this.#room;
    const changes = [...this.#answered, ...outgoing].filter(({ frame }) => frame.target !== undefined);
    const stored = this.#stored.map((each) => {
      const now = readers.get(each);
      if (String(each.message.readers) !== String(now)) each.message = { ...each.message, readers: now };
      keys.add(each.message.key);
      return changes.reduce((message, change) => changing(message, change, each.asOf, this.#me), each.message);
    });
    const own = [...this.#room.failed, ...outgoing]
      .filter(({ id, frame }) => frame.type === 'chat' && !keys.has(` ${id}`))
      .map(({ id, frame, time, state = 'failed', error }) => ({ ...frame, id, time, client: this.#me, key: ` ${id}`, own: true, state, error }))
      .sort((one, other) => one.time - other.time);
    return [...stored, ...own];
  }

  #changed() {
    this.#messages = undefined;
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      for (const { handler } of [...this.#handlers]) {
        try {
          handler();
        } catch (error) {
          console.error("tertulia: a handler of 'change' in a view:", error);
        }
      }
    });
  }
}

/** A message after an amendment. */
function amended(shown, { type, message, time, deleted, client, emoji, removed }, me) {
  if (shown.deleted) return shown;
  if (deleted || type === 'deleted') {
    const { message, data, edited, reactions, ...rest } = shown;
    return { ...rest, deleted: true };
  }
  if (type === 'edited') return { ...shown, message, edited: time };
  const before = shown.reactions ?? [];
  const old = before.find((reaction) => reaction.emoji === emoji);
  const now = { emoji, count: (old?.count ?? 0) + (removed ? -1 : 1), mine: client === me ? !removed : !!old?.mine };
  const reactions = (old ? before.map((each) => (each === old ? now : each)) : [...before, now]).filter(({ count }) => count > 0);
  return { ...shown, reactions: reactions.length ? reactions : undefined };
}

/** A message as an own amendment will leave it, unless it is known as of a later offset than the answer. */
function changing(shown, { frame, time, offset = Infinity }, asOf, me) {
  const { type, target, message, emoji, remove = false } = frame;
  if (target !== shown.offset || offset <= asOf) return shown;
  const mine = !!shown.reactions?.find((reaction) => reaction.emoji === emoji)?.mine;
  if (type === 'react' && mine === !remove) return shown;
  const entry = { type: type === 'edit' ? 'edited' : 'reaction', deleted: type === 'delete', message, time, client: me, emoji, removed: remove };
  return { ...amended(shown, entry, me), changing: true };
}
