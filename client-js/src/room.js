import { Emitter } from './events.js';
import { Follower } from './follower.js';
/** @import { Room as Contract } from '../tertulia.d.ts' */

const ENTRIES = ['chat', 'edited', 'deleted', 'reaction'];

/** How many messages a first join brings, unless it says otherwise: then `hello` is enough. */
const FIRST_PAGE = 50;

/** The wait before a join is repeated that the server cannot do at the moment. */
const JOIN_AGAIN = 2_000;

/** A room that the client is in, over all its connections, until `leave`. */
export class Room {
  #name;
  #limit;
  #client;
  #events;
  #follower;
  #asked = false;
  #left = false;
  #again;
  #ready;
  #typedAt = -Infinity;
  /** How far it was read; and whether the server is being told. */
  #read = 0;
  #telling = false;
  /** Who is here, once somebody wanted to know. */
  #members;

  /**
   * @param {string} name
   * @param {number | undefined} limit
   * @param client what the client does for its rooms: `session`, `enqueue(lane, frame, options)`, `outgoing(lane)`,
   *     `failures`, `client()`, `sender()`, `store`, `timing`, `report(error, where)`, `leave(room)`;
   *     and `attach(part)`, which is given what the room does for its client
   */
  constructor(name, limit, client) {
    this.#name = name;
    this.#limit = limit;
    this.#client = client;
    this.#events = new Emitter(client.report, ` in room '${name}'`);
    this.#follower = new Follower({
      ...client,
      deliver: (entry) => this.#events.emit('entry', entry),
      gap: () => this.#events.emit('gap', { room: name }),
      key: `pos:room:${name}`,
    });
    this.#ready = this.#follower.load();
    client.attach({
      ready: this.#ready,
      // The position for `hello`; `undefined` if the room has to be joined by itself.
      resume: () => {
        const { loaded, position } = this.#follower;
        if (!loaded || (position === null && limit && limit !== FIRST_PAGE)) return undefined;
        this.#asked = true;
        return this.#follower.ask();
      },
      online: async () => {
        await this.#ready;
        if (!this.#asked) this.#join();
      },
      offline: () => this.#offline(),
      receive: (frame) => this.#receive(frame),
      outgoing: () => this.#events.emit('outgoing', this.outgoing),
      sent: (outgoing, reply) => this.#events.emit('sent', { outgoing, reply }),
      end: () => this.#end(),
    });
  }

  /** @returns {Contract['name']} */
  get name() {
    return this.#name;
  }

  /** @returns {Contract['outgoing']} */
  get outgoing() {
    return this.#client.outgoing(this.#lane);
  }

  /** @returns {Contract['failed']} */
  get failed() {
    return this.#client.failures.of(this.#name);
  }

  /** @returns {Contract['client']} */
  get client() {
    return this.#client.client();
  }

  /** @returns {Contract['joined']} */
  get joined() {
    return this.#follower.live;
  }

  /** @returns {Contract['position']} */
  get position() {
    return this.#follower.position;
  }

  /** @type {Contract['on']} */
  on(event, handler, options) {
    return this.#events.on(event, handler, options);
  }

  /** @type {Contract['entries']} */
  entries(options) {
    return this.#events.iterate('entry', options);
  }

  /** @type {Contract['send']} */
  send(message, { signal, ...fields } = {}) {
    return this.#enqueue({ type: 'chat', message, sender: this.#client.sender(), ...fields }, signal);
  }

  /** @type {Contract['edit']} */
  edit(target, message, { signal, ...fields } = {}) {
    return this.#enqueue({ type: 'edit', target, message, ...fields }, signal);
  }

  /** @type {Contract['delete']} */
  delete(target, { signal, ...fields } = {}) {
    return this.#enqueue({ type: 'delete', target, ...fields }, signal);
  }

  /** @type {Contract['react']} */
  react(target, emoji, { signal, ...fields } = {}) {
    return this.#enqueue({ type: 'react', target, emoji, ...fields }, signal);
  }

  /** @type {Contract['discard']} */
  discard(id) {
    this.#client.failures.discard(this.#name, id);
  }

  /** @type {Contract['typing']} */
  typing() {
    const { session, timing, sender } = this.#client;
    const now = timing.now();
    if (!session.online || Math.abs(now - this.#typedAt) < timing.typing) return;
    this.#typedAt = now;
    session.tell({ type: 'typing', room: this.#name, sender: sender() });
  }

  /** @type {Contract['read']} */
  read(offset) {
    if (this.#left || !(offset > this.#read)) return;
    this.#read = offset;
    if (!this.#telling) this.#tellRead();
  }

  /** @type {Contract['history']} */
  history({ signal, ...fields } = {}) {
    return this.#client.session.query({ type: 'history', room: this.#name, ...fields }, { signal });
  }

  /** @type {Contract['presence']} */
  async presence({ signal } = {}) {
    const { members, count } = await this.#client.session.query({ type: 'presence', room: this.#name }, { signal });
    this.#members = new Map(members.map((member) => [member.client, member.name]));
    return { members, count };
  }

  /** @type {Contract['leave']} */
  async leave() {
    if (this.#left) return;
    this.#end();
    await Promise.all([this.#client.leave(this.#name), this.#follower.forget()]);
  }

  get #lane() {
    return `room:${this.#name}`;
  }

  #enqueue(frame, signal) {
    return this.#client.enqueue(this.#lane, { room: this.#name, ...frame }, { signal });
  }

  // What the room does for its client.

  #offline() {
    this.#asked = false;
    this.#follower.pause();
    this.#client.timing.cancel(this.#again);
  }

  #join() {
    const { session } = this.#client;
    if (this.#left || !session.online) return;
    this.#asked = true;
    const after = this.#follower.ask();
    const how = after === null ? { limit: this.#limit } : { after };
    session.request({ type: 'join', room: this.#name, ...how }).catch((error) => this.#refused(error));
  }

  /** It cannot be entered, for now or at all, or was left by force. The next connection tries again. */
  #refused(error) {
    const { timing } = this.#client;
    if (error.code === 'cut' || error.code === 'closed' || this.#left) return;
    this.#follower.pause();
    if (error.retry) this.#again = timing.later(() => this.#join(), error.retryAfter ?? JOIN_AGAIN * (0.5 + timing.random()));
    else this.#events.emit('refused', error);
  }

  #receive(frame) {
    const { type } = frame;
    if (type === 'error') this.#refused(frame.error);
    else if (!this.#asked || this.#left) return;
    else if (type === 'joined') this.#joined(frame);
    else if (ENTRIES.includes(type)) this.#follower.entry(frame);
    else if (type === 'caught_up') this.#follower.caughtUp(frame.pos);
    else if (type === 'presence') this.#came(frame);
    else if (type === 'typing' || type === 'read') this.#events.emit(type, frame);
  }

  #joined({ recovered, messages, after, count }) {
    this.#follower.page({
      recovered,
      entries: messages,
      after,
      entered: (first) => this.#events.emit('joined', { room: this.#name, recovered, first, after, count }),
    });
    if (this.#members && !this.#left) this.#lookAgain().catch(() => {});
  }

  /** Who came and went while there was no connection: for the server, presence ends with it. */
  async #lookAgain() {
    const before = this.#members;
    const { count } = await this.presence();
    const tell = (event, client, name) => this.#events.emit('presence', { room: this.#name, event, client, name, count });
    for (const [client, name] of before) if (!this.#members.has(client)) tell('left', client, name);
    for (const [client, name] of this.#members) if (!before.has(client)) tell('joined', client, name);
  }

  #came(frame) {
    if (frame.event === 'left') this.#members?.delete(frame.client);
    else this.#members?.set(frame.client, frame.name);
    this.#events.emit('presence', frame);
  }

  /** Tells the server how far it was read: always the newest, once it can be told. */
  async #tellRead() {
    const { session, report } = this.#client;
    this.#telling = true;
    for (let told = 0; told < this.#read; ) {
      try {
        await session.query(() => ({ type: 'read', room: this.#name, offset: (told = this.#read) }));
      } catch (error) {
        if (error.code !== 'closed' && error.code !== 'stopped') report(error, `read in room '${this.#name}'`);
        break;
      }
    }
    this.#telling = false;
  }

  #end() {
    this.#left = true;
    this.#follower.pause();
    this.#client.timing.cancel(this.#again);
    this.#events.end();
  }
}
