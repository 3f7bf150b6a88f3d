import { LOBBY } from './route.js';
import { read, write } from './storage.js';

/** How many rooms the page joins at most. Others are listed, and joined when they are opened. */
const MOST_JOINED = 200;

/** How many rooms are listed at most. */
const MOST_LISTED = 500;

/** How many unread messages are counted in one room; and of so many it is known where they stand. */
const MOST_UNREAD = 10_000;

const KEY = 'tertulia.rooms';

/**
 * The rooms of this client: those that it has opened, and those in which the server knows it. The lobby is always
 * among them. Fires `change` after a change, and `refused` with `{name, error}` when a room cannot be entered.
 *
 * The server tells the number of unread messages at every connection, as of an offset; what comes after that offset
 * is counted here. What was said before the first visit is not unread.
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

  /** @param storage keeps which rooms are open, for the next start */
  constructor(tertulia, storage) {
    super();
    this.#tertulia = tertulia;
    this.#storage = storage;
    const { open, left } = kept(storage);
    this.#left = new Set(left);
    for (const [name, time] of open) this.#join(this.#place(name, time));
    this.#join(this.#place(LOBBY));
    tertulia.on('welcome', ({ time }) => (this.#since = Math.min(this.#since, time)));
    tertulia.on('state', ({ state }) => state === 'online' && this.#ask());
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
    this.#changed();
  }

  #place(name, time = 0) {
    let place = this.#places.get(name);
    if (!place) {
      place = { name, time, room: null, refused: null, base: 0, head: 0, read: 0, later: [], mentions: [], unkept: 0 };
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
    if (client !== me && time >= this.#since) {
      if (offset === undefined) place.unkept += place.name === this.#current ? 0 : 1;
      else if (offset > place.read && offset > place.head && place.later.length < MOST_UNREAD) place.later.push(offset);
      if (data?.mentions?.includes?.(me) && offset !== undefined) place.mentions = [...place.mentions.slice(-99), offset];
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
    for (const { room: name, head, read: upTo, unread } of rooms) {
      if (this.#left.has(name)) continue;
      if (!this.#places.has(name) && this.#places.size >= MOST_LISTED) continue;
      const place = this.#place(name);
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

  #keepTimer;

  #keepSoon() {
    this.#keepTimer ??= setTimeout(() => this.#keep(), 1_000);
  }

  #keep() {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    const open = [...this.#places.values()].map(({ name, time }) => [name, time]);
    write(this.#storage, KEY, JSON.stringify({ open, left: [...this.#left] }));
  }

  #changed() {
    this.#list = undefined;
    this.version++;
    this.dispatchEvent(new Event('change'));
  }
}

/** The rooms of the last time. */
function kept(storage) {
  try {
    const { open = [], left = [] } = JSON.parse(read(storage, KEY) ?? '{}');
    return { open: open.filter(([name]) => typeof name === 'string').slice(0, MOST_LISTED), left };
  } catch {
    return { open: [], left: [] };
  }
}
