import { RoomView } from '../tertulia-view.js';
import { Presence } from './presence.js';
import { Quotes } from './quotes.js';
import { Reading } from './reading.js';
import { wellFormed } from './text.js';

/** How many messages are held, and how many are loaded at once: a list may show all of them. */
const SIZE = 200;
const PAGE = 50;

/** How many notifications and lines of the server are held; the oldest are dropped. */
const ASIDES = 100;

/**
 * What is said in one room, as it is now: its messages, the notifications that came while it was open, and what the
 * server says about the room. Fires `change` after a change, `arrived` for each entry of others that is new, and
 * `read` when the reader has read on.
 *
 * An entry is `{key, kind, own, client, sender, text, time, state}`, and of a message also `offset`, `data`, `error`,
 * `edited`, `deleted`, `reactions`, `readers`, and `replyTo`: `{offset, original}`, whose original is `undefined` until
 * it is known and `null` if there is none. `kind` is `chat`, `system`, `personal` or `broadcast`; `state` is `stored`,
 * `waiting`, `sending` or `failed`. Entries are replaced, never altered.
 */
export class Conversation extends EventTarget {
  /** Increases with every change. */
  version = 0;

  /** How many entries of others came since it was opened, also those that are not in view. */
  received = 0;

  /** How many of them came, or waited at the beginning, that the reader has not seen. */
  unseen = 0;

  /** How many messages were sent from here. */
  sent = 0;

  /** Where `goTo` led last: `{offset}`, another object each time; or `null`. */
  target = null;

  /** Why the last request about the messages failed, or `null`. */
  problem = null;

  #tertulia;
  #room;
  #view;
  #closing = new AbortController();
  #presence;
  #quotes;
  #reading;
  #began = false;
  #ready = false;
  #atEnd = false;
  /** The offset of the newest message that was counted, or shown from the first. */
  #newest = 0;
  /** Notifications and lines of the server, in the order in which they came. */
  #asides = [];
  #asideCount = 0;
  /** The entry of a message as the view has it, and the original that it was made with. */
  #made = new WeakMap();
  #entries = null;

  /**
   * @param tertulia the client
   * @param room one of its rooms
   * @param bell for the notifications
   */
  constructor(tertulia, room, bell) {
    super();
    const options = { signal: this.#closing.signal };
    const changed = () => this.#changed();
    this.#tertulia = tertulia;
    this.#room = room;
    this.#view = new RoomView(room, { size: SIZE, page: PAGE });
    this.#presence = new Presence(room, changed, options.signal);
    this.#quotes = new Quotes(room, changed, options.signal);
    this.#reading = new Reading(room);
    this.#view.on('change', () => this.#looked(), options);
    room.on('entry', (entry) => this.#heard(entry), options);
    tertulia.on('state', changed, options);
    tertulia.inbox.on('revoked', ({ id }) => this.#revoked(id), options);
    bell.addEventListener('arrived', ({ detail }) => this.#notified(detail), options);
    globalThis.document?.addEventListener('visibilitychange', () => this.#see(), options);
    this.#begin();
  }

  /** The name of the room. */
  get name() {
    return this.#room.name;
  }

  /** The id of this client, once it is known. */
  get client() {
    return this.#room.client ?? this.#tertulia.client;
  }

  get online() {
    return this.#tertulia.state === 'online';
  }

  /** Whether the first entries, and where reading stopped, are known. */
  get loaded() {
    return this.#ready;
  }

  /** In order of time; own messages that wait or failed stand at the end. */
  get entries() {
    return (this.#entries ??= this.#build());
  }

  /** Whether there are older, newer messages than those in view. */
  get older() {
    return this.#view.older;
  }

  get newer() {
    return this.#view.newer;
  }

  /** Whether something may be missing. */
  get incomplete() {
    return this.#view.incomplete;
  }

  /** The key of the first entry that is new to the reader, if it is in view; else `null`. */
  get firstNew() {
    const { line } = this.#reading;
    if (line === null) return null;
    const messages = this.#view.messages;
    const at = messages.findIndex(({ offset, own }) => offset > line && !own);
    const known = at > 0 || !this.#view.older || messages[at]?.offset === line + 1;
    return at >= 0 && known ? messages[at].key : null;
  }

  /** The offset up to which the reader has read, here or at an earlier time. */
  get readUpTo() {
    return this.#reading.mark;
  }

  get typing() {
    return this.#presence.typing;
  }

  get members() {
    return this.#presence.members;
  }

  get count() {
    return this.#presence.count;
  }

  nameOf(client) {
    return this.#presence.nameOf(client);
  }

  /** Whether the reader sees the last entry. While the page can be seen too, what comes was read. */
  get atEnd() {
    return this.#atEnd;
  }

  set atEnd(atEnd) {
    this.#atEnd = atEnd;
    this.#see();
  }

  /**
   * Sends a message. Its entry shows at once, and shows if it fails.
   *
   * @param {string} text
   * @param {{ replyTo?: object | number, data?: unknown }} [options] `replyTo`: an entry or its offset
   * @return {Promise} its reply; the caller need not await it
   */
  send(text, { replyTo, data } = {}) {
    this.#reading.answered();
    this.sent++;
    const reply_to = offsetOf(replyTo);
    return this.#unwatched(this.#room.send(wellFormed(text), { ...(reply_to && { reply_to }), ...(data && { data }) }));
  }

  /** Gives a message another text. @param target an own entry, or its offset */
  edit(target, text) {
    return this.#watched(this.#room.edit(offsetOf(target), wellFormed(text)));
  }

  /** Deletes a message for everybody. @param target an entry, or its offset */
  remove(target) {
    return this.#watched(this.#room.delete(offsetOf(target)));
  }

  /** Adds a reaction of this client, or takes it back. */
  react(target, emoji) {
    const offset = offsetOf(target);
    const message = this.#view.messages.find((each) => each.offset === offset);
    const remove = message?.reactions?.some((each) => each.emoji === emoji && each.mine) ?? false;
    return this.#watched(this.#room.react(offset, emoji, { remove }));
  }

  /** Sends a failed message again. */
  retry(key) {
    this.#view.retry(key);
  }

  /** Forgets a failed message. */
  discard(key) {
    this.#view.discard(key);
  }

  /** Says that somebody is writing here. */
  types() {
    this.#room.typing();
  }

  loadOlder() {
    return this.#watched(this.#view.loadOlder());
  }

  loadNewer() {
    return this.#watched(this.#view.loadNewer());
  }

  /** Shows the messages around this one, and makes it the `target`. */
  async goTo(offset) {
    await this.#watched(this.#view.goTo(offset));
    this.target = { offset };
    this.#changed();
  }

  /** Shows the newest messages. */
  toEnd() {
    return this.#watched(this.#view.toEnd());
  }

  /** Ends it: nothing changes any more. The room stays joined. */
  close() {
    this.#closing.abort();
    this.#view.close();
  }

  // What comes.

  async #begin() {
    const options = { signal: this.#closing.signal };
    try {
      const rooms = await this.#tertulia.rooms(options);
      const known = rooms.find(({ room }) => room === this.name);
      this.#reading.began(known);
      this.unseen = known?.unread ?? 0;
      this.#newest = known?.head ?? 0;
      if (this.unseen > 0) await this.#view.goTo(known.read, options);
    } catch {
      // It is not known where reading stopped: then nothing is new.
    }
    this.#began = true;
    this.#looked();
  }

  #heard(entry) {
    if (entry.type !== 'chat') return;
    if (entry.system) this.#system(entry);
    else {
      this.#presence.wrote(entry);
      if (this.#ready) this.#count(entry);
    }
  }

  /** The view has changed. */
  #looked() {
    const { loaded, messages } = this.#view;
    if (this.#closing.signal.aborted) return;
    this.#quotes.look(messages);
    if (this.#began && loaded && !this.#ready) {
      this.#ready = true;
      this.#newest = Math.max(this.#newest, ...offsetsOf(messages));
    }
    // What a gap has left out was not heard.
    if (this.#ready && !this.#view.newer) for (const message of messages) if (!message.own) this.#count(message);
    this.#see();
    this.#changed();
  }

  /** Counts a message that is new, once. Those of rooms without offsets are counted as they come. */
  #count(message) {
    const { offset, client } = message;
    const before = this.#newest;
    if (offset === undefined ? message.state !== undefined : offset <= before) return;
    if (offset !== undefined) this.#newest = offset;
    if (client === this.client) return;
    if (!this.#reads) this.#reading.missed(before);
    this.#arrived({ kind: 'chat', client, sender: message.sender ?? '', text: message.message ?? '' });
  }

  #system({ sender = '', message = '', time = Date.now() }) {
    this.#add({ key: `system ${++this.#asideCount}`, kind: 'system', own: false, client: '', sender, text: message, time });
  }

  #notified(notification) {
    const { id, scope, from, message, time } = notification;
    const own = from === this.client;
    const entry = { key: `notification ${id}`, kind: scope, own, client: from, sender: '', text: message, time, notification };
    this.#add(entry);
    this.#arrived(entry);
  }

  #revoked(id) {
    this.#asides = this.#asides.filter(({ notification }) => notification?.id !== id);
    this.#changed();
  }

  #add(aside) {
    this.#asides = [...this.#asides, { ...aside, state: 'stored' }].slice(-ASIDES);
    this.#changed();
  }

  #arrived(entry) {
    this.received++;
    if (!this.#reads) this.unseen++;
    this.dispatchEvent(new CustomEvent('arrived', { detail: entry }));
  }

  // What is read.

  /** Whether somebody reads what comes. */
  get #reads() {
    return this.#ready && this.#atEnd && !this.#view.newer && !globalThis.document?.hidden;
  }

  #see() {
    if (!this.#reads) return;
    this.unseen = 0;
    const before = this.readUpTo;
    this.#reading.saw(Math.max(0, ...offsetsOf(this.#view.messages)));
    if (this.readUpTo !== before) this.dispatchEvent(new Event('read'));
  }

  // What is shown.

  #build() {
    const { messages, older, newer } = this.#view;
    const stored = messages.filter(({ state }) => state === 'stored');
    const pending = messages.filter(({ state }) => state !== 'stored');
    const from = older ? (stored[0]?.time ?? Infinity) : -Infinity;
    const to = newer ? (stored.at(-1)?.time ?? -Infinity) : Infinity;
    const asides = this.#asides.filter(({ time }) => time >= from && time <= to);
    return [...merged(stored.map((message) => this.#entry(message)), asides), ...pending.map((message) => this.#entry(message))];
  }

  #entry(message) {
    const original = message.reply_to === undefined ? undefined : this.#quotes.original(message.reply_to);
    const made = this.#made.get(message);
    if (made && made.original === original) return made.entry;
    const { key, own, client, sender = '', message: text = '', time, offset, data, state, error, edited, deleted, reactions, readers } = message;
    const replyTo = message.reply_to === undefined ? undefined : { offset: message.reply_to, original };
    const entry = { key, kind: 'chat', own, client, sender, text, time, offset, data, state, error, edited, deleted, reactions, readers, replyTo };
    this.#made.set(message, { original, entry });
    return entry;
  }

  /** The failure is shown by the entry itself. */
  #unwatched(promise) {
    promise.catch(() => {});
    return promise;
  }

  /** The failure becomes the `problem`, and is no longer one of the promise. */
  async #watched(promise) {
    try {
      const result = await promise;
      this.problem = null;
      return result;
    } catch (error) {
      if (this.#closing.signal.aborted) return undefined;
      this.problem = error;
      this.#changed();
      return undefined;
    }
  }

  #changed() {
    if (this.#closing.signal.aborted) return;
    this.#entries = null;
    this.version++;
    this.dispatchEvent(new Event('change'));
  }
}

/** Of an entry, or an offset itself. */
function offsetOf(target) {
  return typeof target === 'number' ? target : target?.offset;
}

function offsetsOf(messages) {
  return messages.map(({ offset }) => offset).filter((offset) => offset !== undefined);
}

/** Two lists in order of time as one. */
function merged(messages, asides) {
  const all = [];
  let next = 0;
  for (const message of messages) {
    while (next < asides.length && asides[next].time < message.time) all.push(asides[next++]);
    all.push(message);
  }
  return [...all, ...asides.slice(next)];
}
