import { Emitter } from './events.js';
import { Follower } from './follower.js';
/** @import { Inbox as Contract } from '../tertulia.d.ts' */

/** Of how many notifications it remembers whether they are unread, to count without asking. */
const KNOWN_NOTIFICATIONS = 1_000;

/** The wait before the inbox is asked for again that the server cannot read at the moment. */
const INBOX_AGAIN = 2_000;

/** The notifications of the client: its own and the broadcasts. */
export class Inbox {
  #client;
  #events;
  #follower;
  #unread = 0;
  /** Whether the last notifications are unread, by id, in the order of the inbox. */
  #known = new Map();
  /** When the count of `welcome` was made, by the server's clock: it contains what a replay brings. */
  #countedAt = 0;
  #acked = null;
  #ackTimer;
  #again;

  /**
   * @param client as for rooms, and `follows`, whether entries are wanted; `device()`
   */
  constructor(client) {
    this.#client = client;
    this.#events = new Emitter(client.report, ' of the inbox');
    this.#follower = new Follower({
      ...client,
      deliver: (entry, isReplay) => this.#deliver(entry, isReplay),
      gap: () => this.#events.emit('gap', {}),
      key: 'pos:inbox',
    });
    client.attach({
      ready: client.follows ? this.#follower.load() : undefined,
      resume: () => (client.follows ? this.#follower.ask() : undefined),
      online: ({ unread, time }) => {
        this.#countedAt = time;
        this.#count(unread);
      },
      offline: () => this.#offline(),
      receive: (frame) => this.#receive(frame),
      end: () => this.#end(),
    });
  }

  /** @returns {Contract['unread']} */
  get unread() {
    return this.#unread;
  }

  /** @type {Contract['on']} */
  on(event, handler, options) {
    return this.#events.on(event, handler, options);
  }

  /** @type {Contract['notifications']} */
  notifications(options) {
    return this.#events.iterate('notification', options);
  }

  /** @type {Contract['page']} */
  async page({ signal, ...fields } = {}) {
    const page = await this.#client.session.query({ type: 'inbox', ...fields }, { signal });
    this.#count(page.unread);
    return page;
  }

  /** @type {Contract['read']} */
  async read(what, { signal } = {}) {
    const { unread } = await this.#client.enqueue('notify', { type: 'inbox_read', ...what }, { signal });
    this.#markRead(what);
    this.#count(unread);
    return { unread };
  }

  /** @type {Contract['shown']} */
  shown(id) {
    const { session, report, device } = this.#client;
    if (device() === null) return;
    session.query({ type: 'shown', id }).catch((error) => {
      if (!['closed', 'stopped', 'not_found'].includes(error.code)) report(error, 'shown');
    });
  }

  /** @type {Contract['revoke']} */
  async revoke(id, { signal } = {}) {
    await this.#client.enqueue('notify', { type: 'revoke', id }, { signal });
  }

  // What the inbox does for its client.

  #offline() {
    const { timing } = this.#client;
    this.#follower.pause();
    timing.cancel(this.#again);
    timing.cancel(this.#ackTimer);
    this.#ackTimer = this.#acked = null;
  }

  #receive(frame) {
    if (!this.#client.follows) return;
    if (frame.type === 'inbox') {
      this.#follower.page({ recovered: frame.recovered, entries: frame.notifications, after: frame.pos });
      this.#ackLater();
    } else if (frame.type === 'error') this.#failed(frame.error);
    else if (frame.type === 'caught_up') this.#follower.caughtUp(frame.pos);
    else this.#follower.entry(frame);
  }

  /** An error of nobody's. If the inbox has not come yet, it is about the inbox, which is asked for again. */
  #failed(error) {
    const { session, timing, report } = this.#client;
    if (this.#follower.live) return report(error, 'server');
    timing.cancel(this.#again);
    this.#again = timing.later(
      () => session.tell({ type: 'hello', inbox: this.#follower.ask() }),
      error.retryAfter ?? INBOX_AGAIN * (0.5 + timing.random()),
    );
  }

  #deliver(entry, isReplay) {
    const { type, id, unread } = entry;
    if (type === 'notification') {
      const isNew = !entry.read && !(isReplay && entry.time <= this.#countedAt);
      this.#remember(id, !entry.read);
      this.#events.emit('notification', entry);
      if (isNew) this.#count(this.#unread + 1);
    } else if (type === 'inbox_read') {
      this.#markRead(entry);
      this.#events.emit('read', entry);
      if (!isReplay) this.#count(unread);
    } else if (type === 'notification_revoked') {
      const wasUnread = this.#known.get(id);
      this.#known.delete(id);
      this.#events.emit('revoked', entry);
      if (isReplay) return;
      if (unread !== undefined) this.#count(unread);
      else if (wasUnread) this.#count(this.#unread - 1);
      // That of a broadcast does not say how many are left, because that differs between clients.
      else if (wasUnread === undefined) this.page({ limit: 1 }).catch(() => {});
    }
    this.#ackLater();
  }

  #remember(id, isUnread) {
    this.#known.set(id, isUnread);
    if (this.#known.size > KNOWN_NOTIFICATIONS) this.#known.delete(this.#known.keys().next().value);
  }

  /** @param {{ ids?: string[], up_to?: string }} what */
  #markRead({ ids, up_to: last }) {
    for (const id of ids ?? []) if (this.#known.has(id)) this.#known.set(id, false);
    if (last === undefined) return;
    // If it is not known, nor is which of the known ones it precedes.
    if (!this.#known.has(last)) this.#known.clear();
    for (const id of this.#known.keys()) {
      this.#known.set(id, false);
      if (id === last) break;
    }
  }

  #count(unread) {
    if (unread === undefined || unread === this.#unread) return;
    this.#unread = Math.max(0, unread);
    this.#events.emit('unread', this.#unread);
  }

  /** Tells the server what this device has, once everything until now was delivered. */
  #ackLater() {
    const { timing, device } = this.#client;
    if (this.#ackTimer || device() === null) return;
    this.#ackTimer = timing.later(() => this.#ack(), timing.ack);
  }

  #ack() {
    const { position } = this.#follower;
    this.#ackTimer = null;
    if (position === null || position === this.#acked) return;
    this.#acked = position;
    this.#client.session.tell({ type: 'ack', pos: position });
  }

  #end() {
    const { timing } = this.#client;
    timing.cancel(this.#ackTimer);
    if (this.#ackTimer) this.#ack();
    this.#offline();
    this.#events.end();
  }
}
