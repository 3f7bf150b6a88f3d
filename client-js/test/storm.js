import assert from 'node:assert/strict';
import { memoryStore, Tertulia } from '../src/index.js';
import { HASTE } from './clients.js';
import { Proxy } from './proxy.js';
import { WebSocket } from './websocket.js';

/**
 * One of many who talk: a client behind a proxy of its own, over all the pages in which it lives. What the handlers
 * of its pages have received, until they died, is what it has heard.
 */
export class Person {
  /** By room: the entries that are stored, and `'gap'`. And the notifications. */
  heard = new Map();
  notifications = [];
  errors = [];
  /** The promises of what was sent that did not end as they should. */
  refused = [];
  /** The numbers of promises, and of those that have settled. */
  given = 0;
  settled = 0;
  pages = 0;
  /** Own messages that may be amended, by room. */
  mine = new Map();

  #random;
  #transport;
  #rooms;
  #reacted = new Set();
  #store = memoryStore();
  #page;
  #dying = false;

  /** @param {string} transport as the option of the client */
  static async behind(target, name, rooms, random, transport) {
    const person = new Person();
    person.#transport = transport;
    person.name = name;
    person.proxy = await Proxy.to(target);
    person.#rooms = rooms;
    person.#random = random;
    for (const room of rooms) {
      person.heard.set(room, []);
      person.mine.set(room, []);
    }
    person.open();
    return person;
  }

  get client() {
    return this.#page.client;
  }

  get idle() {
    return !this.#page.dead && this.settled === this.given && this.client.state === 'online' && this.client.outgoing.length === 0;
  }

  /** A page, which resumes what the last one has left in the store. */
  open() {
    this.pages++;
    this.#dying = false;
    const page = { dead: false };
    const write = (act) => (page.dead ? undefined : act());
    const store = { ...this.#store, set: (key, value) => write(() => this.#store.set(key, value)), delete: (key) => write(() => this.#store.delete(key)) };
    page.client = new Tertulia(this.proxy.address, { client: this.name, WebSocket, transport: this.#transport, store, resume: true, timing: { ...HASTE, ack: 50 } });
    page.client.on('error', ({ error, where }) => this.errors.push(`${this.name}: ${where}: ${error}`));
    for (const name of this.#rooms) {
      const room = page.client.room(name);
      const into = this.heard.get(name);
      room.on('entry', (entry) => entry.offset !== undefined && this.#hear(page, into, entry));
      room.on('gap', () => page.dead || into.push('gap'));
      room.on('refused', (error) => this.errors.push(`${this.name}: ${name} refused: ${error}`));
    }
    page.client.inbox.on('notification', (notification) => this.#hear(page, this.notifications, notification));
    page.client.inbox.on('gap', () => page.dead || this.notifications.push('gap'));
    this.#page = page;
  }

  /** The page is closed in order, with whatever still waits, and another one follows. */
  async reload() {
    if (this.#page.dead) return;
    await this.client.close();
    this.open();
  }

  /** The page will end in the middle of a handler: what it does from there on leaves no trace. */
  dieSoon() {
    this.#dying = true;
  }

  #hear(page, into, value) {
    if (page.dead) return;
    if (this.#dying && this.#random.random() < 0.3) {
      page.dead = true;
      // As `pagehide` does. A page that crashes leaves its lease, and what it had sent waits until that ends.
      for (const key of this.#store.keys('')) if (key.includes(':out:owner:')) this.#store.delete(key);
      // The handler is still running: what follows it in the client must not count either.
      setTimeout(() => (page.client.close(), this.open()));
      return;
    }
    into.push(value);
  }

  /** Does something of what people do, and says the texts that will be in rooms and inboxes. */
  act(text, others) {
    if (this.#page.dead) return {};
    const { pick, random } = this.#random;
    const name = pick(this.#rooms);
    const mine = this.mine.get(name);
    const dice = random();
    const room = this.client.room(name);
    if (dice < 0.15) {
      const to = pick(others).name;
      this.#give(this.client.notify(to, text));
      return { to };
    }
    if (dice < 0.55 || !mine.length) {
      this.#give(room.send(text), ({ offset }) => mine.push(offset));
      return { room: name };
    }
    const target = pick(mine);
    if (dice < 0.75) this.#give(room.edit(target, text));
    else if (dice < 0.95) {
      const emoji = pick(['👍', '🎉']);
      const remove = this.#reacted.delete(`${name} ${target} ${emoji}`);
      if (!remove) this.#reacted.add(`${name} ${target} ${emoji}`);
      this.#give(room.react(target, emoji, { remove }));
    } else {
      mine.splice(mine.indexOf(target), 1);
      this.#give(room.delete(target));
    }
    return {};
  }

  #give(promise, then = () => {}) {
    this.given++;
    promise.then(then, (error) => error.code === 'closed' || this.refused.push(`${this.name}: ${error.code}: ${error.message}`)).finally(() => this.settled++);
  }

  async close() {
    await this.client.close();
    await this.proxy.close();
  }
}

/** What breaks the connections behind a proxy: each is over after a while, or with the connection. */
export function trouble(proxy, { pick, between }) {
  const all = [...proxy.connections];
  pick([
    () => proxy.cut(),
    () => all.forEach((connection) => connection.halfClose()),
    () => proxy.swallow(),
    () => {
      proxy.delay = () => between(0, 60);
      setTimeout(() => (proxy.delay = () => 0), between(100, 1_000));
    },
    () => {
      proxy.hold = new Promise((resolve) => setTimeout(resolve, between(50, 800)));
      proxy.hold.then(() => (proxy.hold = undefined));
    },
    () => {
      proxy.refusing = true;
      proxy.cut();
      setTimeout(() => (proxy.refusing = false), between(50, 500));
    },
    // Once in the middle of what the server sends.
    () => setTimeout(() => proxy.cut(), between(0, 50)),
  ])();
}

/** The messages of a room as its entries make them. */
export function asTheyAre(entries) {
  const messages = new Map();
  for (const entry of entries) {
    if (entry === 'gap') continue;
    const { type, offset, target, client } = entry;
    const message = messages.get(target);
    if (type === 'chat') messages.set(offset, { offset, client, text: entry.message, reactions: new Set() });
    else if (type === 'deleted') Object.assign(message, { text: undefined, reactions: new Set() });
    else if (type === 'edited') message.text = entry.message;
    else if (entry.removed) message.reactions.delete(entry.emoji);
    else message.reactions.add(entry.emoji);
  }
  return [...messages.values()].map(({ reactions, ...message }) => ({ ...message, reactions: [...reactions].sort() }));
}

/** Fails unless the entries are those of a whole log: each once, in order, none left out. */
export function assertWhole(entries, who) {
  const offsets = entries.map((entry) => entry.offset ?? entry);
  const wrong = offsets.findIndex((offset, i) => offset !== i + 1);
  assert.equal(wrong, -1, `${who}: at ${wrong}: ${offsets.slice(Math.max(0, wrong - 3), wrong + 4)}`);
}
