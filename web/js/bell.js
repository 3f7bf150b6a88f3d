/** How many notifications a page of the inbox brings. */
const PAGE = 30;

/** How many notifications the list holds at most; the oldest are dropped. */
const MOST = 1_000;

/** Of how many notifications it is remembered that they arrived, or were shown. */
const REMEMBERED = 2_000;

/**
 * The notifications of this client as they are now, newest first. Fires `change` after a change, and `arrived` for
 * each unread notification that was sent after the page was opened, once, whether it came live or after a cut.
 *
 * What is marked as read is so at once; the server is told as soon as it can be, and `unread` already counts it. What
 * another tab or device has read or revoked is applied as it comes. After a gap the list begins anew with the newest.
 */
export class Bell extends EventTarget {
  /** Increases with every change. */
  version = 0;

  #inbox;
  /** Newest first; replaced, never altered. */
  #items = [];
  #more = false;
  #loaded = false;
  /** When the first `welcome` came, by the server's clock. */
  #since;
  /** The pages that are being asked for; one that a gap has overtaken is ignored. */
  #round = 0;
  #loading = false;
  /** What came while a page was being asked for: it is applied to the page again. */
  #meanwhile = [];
  /** How many unread ones were marked as read without an answer yet. */
  #pending = 0;
  #arrived = new Remembered(REMEMBERED);
  #shown = new Remembered(REMEMBERED);

  /**
   * @param tertulia a client
   * @param {{ since?: number, signal?: AbortSignal }} [options] `since`: when its first `welcome` came, by the
   *     server's clock, if that was before; `signal` ends this
   */
  constructor(tertulia, { since = Infinity, signal } = {}) {
    super();
    const { inbox } = tertulia;
    this.#inbox = inbox;
    this.#since = since;
    const hear = (source, event, handler) => source.on(event, handler, { signal });
    hear(tertulia, 'welcome', ({ time }) => {
      this.#since = Math.min(this.#since, time);
      if (!this.#loaded && !this.#loading) this.#begin();
    });
    hear(inbox, 'notification', (notification) => this.#came(notification));
    hear(inbox, 'read', (read) => this.#apply({ read }));
    hear(inbox, 'revoked', ({ id }) => this.#apply({ revoked: id }));
    hear(inbox, 'gap', () => this.#begin());
    hear(inbox, 'unread', () => this.#changed());
    this.#begin();
  }

  /** The notifications that are known, newest first. */
  get notifications() {
    return this.#items;
  }

  /** How many are unread, with those that are not in the list. */
  get unread() {
    return Math.max(0, this.#inbox.unread - this.#pending);
  }

  /** Whether there are older ones than those in the list. */
  get more() {
    return this.#more;
  }

  /** Whether the list has been loaded. */
  get loaded() {
    return this.#loaded;
  }

  /** The notification with this id, if it is in the list: it was not revoked. */
  find(id) {
    return this.#items.find((item) => item.id === id);
  }

  /** Loads the page before the oldest. */
  async loadMore() {
    if (this.#loading || !this.#more) return;
    const before = this.#items.at(-1)?.id;
    const page = await this.#page({ before });
    if (!page) return;
    const known = new Set(this.#items.map(({ id }) => id));
    this.#items = [...this.#items, ...page.filter(({ id }) => !known.has(id))];
    this.#loadedPage();
  }

  /** Marks one as read, on all devices. */
  markRead(id) {
    if (this.find(id)?.read === false) this.#read({ ids: [id] }, 1);
  }

  /** Marks all as read, also those that are not in the list. */
  markAllRead() {
    const newest = this.#items[0];
    if (newest && this.unread > 0) this.#read({ up_to: newest.id }, this.unread);
  }

  /** A person could see this notification. */
  shown(id) {
    if (this.#shown.add(id)) this.#inbox.shown(id);
  }

  async #read(what, count) {
    const unread = this.#items.filter(({ read }) => !read).map(({ id }) => id);
    this.#pending += count;
    this.#apply({ read: what });
    try {
      await this.#inbox.read(what);
      this.#pending -= count;
    } catch {
      // Nothing was read: the list says so again.
      this.#pending -= count;
      const reverted = new Set(unread.filter((id) => !what.ids || what.ids.includes(id)));
      this.#items = this.#items.map((item) => (reverted.has(item.id) ? { ...item, read: false } : item));
    }
    this.#changed();
  }

  /** Loads the newest page, now and after a gap. */
  async #begin() {
    const round = ++this.#round;
    this.#loading = false;
    const page = await this.#page({});
    if (!page || round !== this.#round) return;
    const known = new Set(page.map(({ id }) => id));
    const oldest = this.#more ? page.at(-1).time : -Infinity;
    const newer = this.#meanwhile
      .flatMap(({ came }) => came ?? [])
      .filter(({ id, time }) => !known.has(id) && time >= oldest)
      .reverse();
    this.#items = [...newer, ...page];
    this.#loaded = true;
    this.#loadedPage();
  }

  /** A page, newest first; `null` if another one has overtaken it, or none will come. */
  async #page(fields) {
    const round = this.#round;
    this.#loading = true;
    this.#meanwhile = [];
    try {
      const { notifications, more } = await this.#inbox.page({ limit: PAGE, ...fields });
      if (round !== this.#round) return null;
      this.#more = more && notifications.length > 0;
      return notifications.reverse();
    } catch (error) {
      if (round !== this.#round) return null;
      // What is older than the oldest one in the list, which retention has removed, was removed as well.
      if (error.code === 'not_found') this.#more = false;
      this.#loading = false;
      this.#changed();
      return null;
    }
  }

  #loadedPage() {
    const meanwhile = this.#meanwhile;
    this.#meanwhile = [];
    this.#loading = false;
    for (const event of meanwhile) this.#applied(event);
    this.#bound();
    this.#changed();
  }

  #came(notification) {
    const { id, time, read } = notification;
    if (this.#loading) this.#meanwhile.push({ came: notification });
    if (!this.find(id)) {
      // Replayed ones may be older than what the page has brought.
      const at = this.#items.findIndex((item) => item.time <= time);
      if (at >= 0 || !this.#more) this.#items = this.#items.toSpliced(at < 0 ? this.#items.length : at, 0, notification);
      this.#bound();
    }
    if (!read && time >= this.#since && this.#arrived.add(id)) {
      this.dispatchEvent(new CustomEvent('arrived', { detail: notification }));
    }
    this.#changed();
  }

  #apply(event) {
    if (this.#loading) this.#meanwhile.push(event);
    this.#applied(event);
    this.#changed();
  }

  #applied({ read, revoked }) {
    if (revoked !== undefined) this.#items = this.#items.filter(({ id }) => id !== revoked);
    if (!read) return;
    const { ids, up_to: last } = read;
    const from = last === undefined ? -1 : this.#items.findIndex(({ id }) => id === last);
    if (last !== undefined && from < 0 && !this.#loading) this.#begin();
    this.#items = this.#items.map((item, i) => {
      const hit = ids?.includes(item.id) || (from >= 0 && i >= from);
      return hit && !item.read ? { ...item, read: true } : item;
    });
  }

  #bound() {
    if (this.#items.length <= MOST) return;
    this.#items = this.#items.slice(0, MOST);
    this.#more = false;
  }

  #changed() {
    this.version++;
    this.dispatchEvent(new Event('change'));
  }
}

/** The last few ids of something. */
class Remembered {
  #ids = new Set();
  #most;

  constructor(most) {
    this.#most = most;
  }

  /** Whether this id was not there. */
  add(id) {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > this.#most) this.#ids.delete(this.#ids.values().next().value);
    return true;
  }
}
