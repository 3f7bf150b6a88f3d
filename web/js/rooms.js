import { LOBBY } from './route.js';
import { own, read, write } from './storage.js';

/** How many rooms the page joins at most. Others are listed, and joined when they are opened. */
const MOST_JOINED = 200;

/** How many rooms are listed at most. */
const MOST_LISTED = 500;

/** How many unread messages are counted in one room; and of so many it is known where they stand. */
const MOST_UNREAD = 10_000;

/** How many messages are looked at in a room in which the server does not know this client. */
const MOST_LOOKED_AT = 100;

/** Of how many mentions in one room it is known where they stand. */
const MOST_MENTIONS = 100;

/** How long changes that nobody would miss wait to be stored together, in ms. */
const KEEP_MS = 1_000;

const KEY = own('tertulia.rooms');

/**
 * The rooms of this client: those that it has opened, and those in which the server knows it. The lobby is always
 * among them. Fires `change` after a change, and `refused` with `{name, error}` when a room cannot be entered.
 *
 * The server tells the number of unread messages at every connection, as of an offset; what comes after that offset
 * is counted here. The server does not know a client in a room where it has neither read nor written: what was said
 * there since the first visit is counted here. What was said before it is not unread.
 */
export class Rooms extends EventTarget {
  /** Increases with every change. */
  version = 0;

  #tertulia;
  #storage;
  /** By name. */
  #places = new Map();
  /** The names of rooms that were left: the server still knows this client there. */
  #left;
  #current = null;
  /** When the first connection was welcomed, by the server's clock. */
  #since = Infinity;
  #asking = false;
  #again = false;
  #list;
  #keepTimer;

  /** @param storage keeps which rooms are open, for the next start */
  constructor(tertulia, storage) {
    super();
    this.#tertulia = tertulia;
    this.#storage = storage;
    const { open, left } = kept(storage);
    this.#left = new Set(left);
    for (const [name, time, from = null] of open) this.#join(Object.assign(this.#place(name, time), { from, visited: from !== null }));
    this.#join(this.#place(LOBBY));
    tertulia.on('welcome', ({ time }) => (this.#since = Math.min(this.#since, time)));
    tertulia.on('state', ({ state }) => state === 'online' && this.#ask());
    globalThis.addEventListener?.('pagehide', () => this.#keep());
  }

  /** `{name, unread, mentioned, current, joined}` of each, the one with the newest message first. */
  get list() {
    this.#list ??= [...this.#places.values()]
      .sort((one, other) => other.time - one.time || one.name.localeCompare(other.name))
      .map((place) => ({
        name: place.name,
        unread: this.#unread(place),
        mentioned: place.mentions.some((offset) => offset > place.read),
        current: place.name === this.#current,
        joined: place.room !== null,
        refused: place.refused,
      }));
    return this.#list;
  }

  /** The unread messages of all rooms. */
  get unread() {
    return this.list.reduce((sum, { unread }) => sum + unread, 0);
  }

  /** The client's room with this name, which is joined. */
  room(name) {
    return this.#join(this.#place(name));
  }

  /** Enters a room, now or again: it is the current one from now on. */
  open(name) {
    this.#left.delete(name);
    const place = this.#place(name, Date.now());
    place.unkept = 0;
    this.#current = name;
    const room = this.#join(place);
    this.#keep();
    this.#changed();
    return room;
  }

  /** Leaves a room. Nobody leaves the lobby. */
  leave(name) {
    const place = this.#places.get(name);
    if (!place || name === LOBBY) return;
    this.#places.delete(name);
    this.#left.add(name);
    if (this.#left.size > MOST_LISTED) this.#left.delete(this.#left.values().next().value);
    place.room?.leave();
    this.#keep();
    this.#changed();
  }

  /** The messages of a room were read up to this offset. */
  read(name, offset) {
    const place = this.#places.get(name);
    if (!place || !(offset > place.read)) return;
    this.#readTo(place, offset);
    this.#keepSoon();
    this.#changed();
  }

  #place(name, time = 0) {
    let place = this.#places.get(name);
    if (!place) {
      place = {
        name,
        /** When the last message came. */
        time,
        /** The client's room, once it is joined, and the error for which it cannot be entered. */
        room: null,
        refused: null,
        /** As of `head` there were `base` unread messages; `later` are the offsets of those after it. */
        head: 0,
        base: 0,
        later: [],
        read: 0,
        mentions: [],
        /** The unread ones of a room that keeps nothing. */
        unkept: 0,
        /** The offset before which all was said before the first visit, and whether that was earlier than this page. */
        from: null,
        visited: false,
      };
      this.#places.set(name, place);
    }
    return place;
  }

  #join(place) {
    if (place.room) return place.room;
    if (place.name !== this.#current && this.#joined >= MOST_JOINED) return null;
    const { name } = place;
    const room = this.#tertulia.room(name);
    place.room = room;
    room.on('entry', (entry) => this.#came(place, entry));
    room.on('read', ({ client, offset }) => client === this.#tertulia.client && this.read(name, offset));
    room.on('gap', () => this.#ask());
    room.on('joined', () => this.#accepted(place));
    // The entries of the page follow at once.
    room.on('joined', () => queueMicrotask(() => (place.from ??= 0)));
    room.on('refused', (error) => {
      place.refused = error;
      this.#changed();
      this.dispatchEvent(new CustomEvent('refused', { detail: { name, error } }));
    });
    return room;
  }

  get #joined() {
    let count = 0;
    for (const { room } of this.#places.values()) if (room) count++;
    return count;
  }

  #accepted(place) {
    if (!place.refused) return;
    place.refused = null;
    this.#changed();
  }

  #came(place, { type, system, client, offset, time, data }) {
    if (type !== 'chat' || system) return;
    const { client: me } = this.#tertulia;
    const newer = time > place.time;
    place.time = Math.max(place.time, time);
    if (time < this.#since && !place.visited && offset !== undefined) place.from = Math.max(place.from ?? 0, offset);
    if (client !== me && time >= this.#since) {
      if (offset === undefined) place.unkept += place.name === this.#current ? 0 : 1;
      else if (offset > place.read && offset > place.head && place.later.length < MOST_UNREAD) place.later.push(offset);
      if (data?.mentions?.includes?.(me) && offset !== undefined) place.mentions = [...place.mentions, offset].slice(-MOST_MENTIONS);
    }
    if (newer) this.#keepSoon();
    this.#changed();
  }

  #readTo(place, offset) {
    place.read = offset;
    place.later = place.later.filter((each) => each > offset);
    if (place.base === 0) return;
    if (offset >= place.head) place.base = 0;
    else this.#ask();
  }

  #unread({ base, later, unkept }) {
    return Math.min(base + later.length + unkept, MOST_UNREAD);
  }

  /** Asks the server for its rooms and counts; at most one question at a time. */
  async #ask() {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      do {
        this.#again = false;
        this.#told(await this.#tertulia.rooms());
      } while (this.#again);
    } catch {
      // The next connection asks again.
    } finally {
      this.#asking = false;
    }
  }

  #told(rooms) {
    const known = new Set(rooms.map(({ room }) => room));
    for (const place of this.#places.values()) if (!known.has(place.name)) this.#lookInto(place);
    for (const { room: name, head, read: upTo, unread } of rooms) {
      if (this.#left.has(name)) continue;
      if (!this.#places.has(name) && this.#places.size >= MOST_LISTED) continue;
      const place = this.#place(name);
      place.visited = true;
      place.head = head;
      place.later = place.later.filter((offset) => offset > Math.max(head, place.read));
      place.base = place.read >= head ? 0 : unread;
      // This page has read more than the server had been told.
      if (place.read > upTo && place.base > 0) place.base = Math.min(place.base, head - place.read);
      else place.read = Math.max(place.read, upTo);
      this.#join(place);
    }
    this.#changed();
  }

  /** Counts what was said since the first visit, where the server does not: once in each page. */
  async #lookInto(place) {
    const { room, from, visited, head } = place;
    if (!visited || from === null || !room || head > 0) return;
    try {
      const { messages, offset = 0 } = await room.history({ after: Math.max(from, place.read), limit: MOST_LOOKED_AT });
      const others = messages.filter(({ client, deleted }) => client !== this.#tertulia.client && !deleted).map(({ offset }) => offset);
      place.head = offset;
      place.base = 0;
      place.later = [...new Set([...others, ...place.later])].filter((each) => each > place.read).sort((one, other) => one - other);
      this.#changed();
    } catch {
      // It cannot be read: nothing is known to be unread there.
    }
  }

  #keepSoon() {
    this.#keepTimer ??= setTimeout(() => this.#keep(), KEEP_MS);
  }

  #keep() {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    const open = [...this.#places.values()].map(({ name, time, from, read }) => [name, time, from === null ? null : Math.max(from, read)]);
    write(this.#storage, KEY, JSON.stringify({ open, left: [...this.#left] }));
  }

  #changed() {
    this.#list = undefined;
    this.version++;
    this.dispatchEvent(new Event('change'));
  }
}

/** What was stored by the page before. */
function kept(storage) {
  try {
    const { open = [], left = [] } = JSON.parse(read(storage, KEY) ?? '{}');
    return { open: open.filter(([name]) => typeof name === 'string').slice(0, MOST_LISTED), left };
  } catch {
    return { open: [], left: [] };
  }
}
