import { TertuliaError, errorOf } from './errors.js';
import { Emitter } from './events.js';
import { Failures } from './failures.js';
import { newId } from './ids.js';
import { loadMore, openHttp } from './lazy.js';
import { Inbox } from './inbox.js';
import { Outbox } from './outbox.js';
import { Room } from './room.js';
import { Session } from './session.js';
import { memoryStore, storeOf } from './stores.js';
import { TIMING } from './timing.js';
import { watchWaking } from './waking.js';
import { openWebSocket } from './websocket-line.js';
/** @import { Options, Tertulia as Contract, Waiting } from '../tertulia.d.ts' */

/** The version of this client, which is that of the server it comes with. */
export const version = '0.1.0';

/** The longest frame that a server takes. A longer one would end the connection, and at every attempt. */
const FRAME_BYTES = 262_144;

/** The most rooms of one `hello`. */
const HELLO_ROOMS = 500;

/** A client: one connection, which is opened again when it is lost; its rooms, its inbox, and what waits to be sent. */
export class Tertulia {
  #address;
  #options;
  #timing;
  #events;
  #session;
  #outbox;
  #store;
  #inbox;
  #inboxPart;
  /** By name: the room, and what it does for this client. */
  #rooms = new Map();
  /** Rooms that the server has not yet let go. */
  #leaving = new Map();
  #failures;
  #client;
  #device;
  #named;
  #clientKnown;
  #ready;
  #closed;
  #unwatch;
  /** The rooms of the last `hello`. */
  #greeted = [];

  /**
   * @param {string | URL} address
   * @param {Options & { timing?: any }} options
   */
  constructor(address, options = {}) {
    const { client, token, name = null, store, device, transport = 'auto' } = options;
    const WebSocket = options.WebSocket ?? globalThis.WebSocket;
    if (client === undefined && token === undefined) throw new TypeError("'client' or 'token' is missing");
    if (!WebSocket && transport !== 'http') throw new TypeError("there is no global WebSocket here: give a constructor as 'WebSocket'");
    this.#address = new URL(address);
    this.#options = options;
    this.#timing = { ...TIMING, ...options.timing };
    this.#client = client ?? null;
    this.#device = device ?? null;
    this.name = name;
    this.#events = new Emitter(this.#report);
    this.#clientKnown = new Promise((resolve) => (this.#named = resolve));
    if (client !== undefined) this.#named(client);
    this.#store = this.#scoped(store ?? memoryStore());
    const websocket = transport !== 'http' && ((line) => openWebSocket({ ...line, WebSocket, url: this.#url() }));
    this.#session = new Session({
      lines: {
        websocket,
        http: transport !== 'websocket' && ((line) => openHttp({ ...line, websocket, address: this.#address, client: this.#client, timing: this.#timing })),
      },
      tokens: token == null ? undefined : async () => new (await loadMore()).TokenSource(token, this.#timing, TertuliaError),
      timing: this.#timing,
      hello: (named) => this.#hello(named),
      onState: (change) => this.#events.emit('state', change),
      onWelcome: (frame) => this.#welcomed(frame),
      onFrame: (frame) => this.#received(frame),
      onOffline: () => this.#offline(),
      onStop: (error) => this.#outbox.stop(error),
      report: this.#report,
    });
    this.#outbox = new Outbox({
      ...this.#timing,
      store: this.#store,
      alone: !store,
      prefix: 'out:',
      limit: options.queueLimit ?? 1_000,
      onChange: (lane) => {
        if (lane.startsWith('room:')) this.#rooms.get(lane.slice('room:'.length))?.part.outgoing();
      },
      onSettled: this.#settled,
      onError: (error) => this.#report(error, 'store'),
      onDurable: (durable) => this.#events.emit('durable', durable),
    });
    this.#failures = new Failures({
      store: this.#store,
      onChange: (room) => this.#rooms.get(room)?.part.outgoing(),
    });
    this.#inbox = new Inbox({
      ...this.#services(),
      follows: options.inbox !== false,
      device: () => this.#device,
      attach: (part) => (this.#inboxPart = part),
    });
    this.#ready = device === undefined ? this.#nameDevice() : undefined;
    this.#clientKnown.then(() => {
      this.#outbox.load();
      this.#failures.load();
    });
    this.#unwatch = watchWaking(
      { woke: () => this.#session.wake(), restored: () => this.#session.restored() },
      options.timing?.scope,
    );
    this.#session.connect();
  }

  /** @returns {Contract['client']} */
  get client() {
    return this.#client;
  }

  /** @returns {Contract['device']} */
  get device() {
    return this.#device;
  }

  /** @returns {Contract['state']} */
  get state() {
    return this.#session.state;
  }

  /** @returns {Contract['why']} */
  get why() {
    return this.#session.why;
  }

  /** @returns {Contract['inbox']} */
  get inbox() {
    return this.#inbox;
  }

  /** @returns {Contract['outgoing']} */
  get outgoing() {
    return this.#outbox.items();
  }

  /** @type {Contract['on']} */
  on(event, handler, options) {
    return this.#events.on(event, handler, options);
  }

  /** @type {Contract['room']} */
  room(name, { limit } = {}) {
    const known = this.#rooms.get(name);
    if (known) return known.room;
    /** @type {any} */
    let part;
    const room = new Room(name, limit, { ...this.#services(), attach: (attached) => (part = attached), leave: () => this.#leave(name) });
    if (this.#closed) part.end();
    else this.#rooms.set(name, { room, part });
    // What the server sends until it has let the room go is not for the new one.
    Promise.resolve(this.#leaving.get(name)).then(() => this.#session.online && part.online());
    return room;
  }

  /** @type {Contract['notify']} */
  async notify(to, message, options) {
    return this.#notify({ type: 'notification', to: to ?? undefined, message }, options);
  }

  /** @type {Contract['broadcast']} */
  async broadcast(message, options) {
    return this.#notify({ type: 'broadcast_notification', message }, options);
  }

  /** @type {Contract['rooms']} */
  async rooms(options) {
    const { rooms } = await this.#session.query({ type: 'rooms' }, options);
    return rooms;
  }

  /** @type {Contract['connect']} */
  connect() {
    this.#session.connect();
  }

  /** @type {Contract['close']} */
  async close() {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close() {
    this.#unwatch();
    this.#inboxPart.end();
    for (const { part } of this.#rooms.values()) part.end();
    this.#session.close();
    await this.#outbox.close();
    this.#events.end();
  }

  // For the session.

  #url() {
    const url = new URL(this.#address);
    const { client } = this.#options;
    url.protocol = url.protocol.replace('http', 'ws');
    url.pathname = `${url.pathname.replace(/\/$/, '')}/ws${client === undefined ? '' : `/${encodeURIComponent(client)}`}`;
    url.search = url.hash = '';
    return url.href;
  }

  async #hello(named) {
    // A token that can be read says who this is. One that cannot leaves it to `welcome`, and what is stored until then.
    if (this.#client === null && named) this.#isNow(named);
    return this.#client === null ? {} : this.#resume();
  }

  /** What `hello` resumes, once it is known. */
  async #resume() {
    await Promise.all([this.#ready, this.#inboxPart.ready, ...this.#parts().map(({ ready }) => ready)]);
    const rooms = Object.create(null);
    this.#greeted = [];
    for (const [name, { part }] of this.#rooms) {
      const position = this.#greeted.length < HELLO_ROOMS ? part.resume() : undefined;
      if (position === undefined) continue;
      rooms[name] = position;
      this.#greeted.push(name);
    }
    return { device: this.#device ?? undefined, rooms, inbox: this.#inboxPart.resume() };
  }

  #welcomed(frame) {
    const { client } = frame;
    const wasKnown = this.#client !== null;
    // What waits and where it stands are those of another. A client without a token is another one each time.
    if (wasKnown && client !== this.#client && this.#options.token !== null) return new TertuliaError('unauthorized', `the token is that of '${client}', not of '${this.#client}'`);
    this.#isNow(client);
    this.#events.emit('welcome', frame);
    this.#inboxPart.online(frame);
    if (wasKnown) for (const part of this.#parts()) part.online();
    else this.#resume().then((fields) => this.#session.tell({ type: 'hello', ...fields }));
    for (const name of this.#greeted) if (!this.#rooms.has(name)) this.#leave(name);
    this.#outbox.online((request) => this.#session.request(request));
    return undefined;
  }

  #isNow(client) {
    this.#client = client;
    this.#named(client);
  }

  #received(frame) {
    if (frame.type === 'error') frame.error = errorOf(frame);
    if (frame.room === undefined) this.#inboxPart.receive(frame);
    else this.#rooms.get(frame.room)?.part.receive(frame);
  }

  #offline() {
    this.#outbox.offline();
    this.#leaving.clear();
    this.#inboxPart.offline();
    for (const part of this.#parts()) part.offline();
  }

  #parts() {
    return [...this.#rooms.values()].map(({ part }) => part);
  }

  // For rooms and the inbox.

  #services() {
    return {
      session: this.#session,
      timing: this.#timing,
      store: this.#options.resume ? this.#store : undefined,
      sender: () => this.name ?? undefined,
      client: () => this.#client,
      enqueue: this.#enqueue,
      outgoing: (lane) => this.#outbox.items(lane),
      failures: this.#failures,
      report: this.#report,
    };
  }

  #enqueue = async (lane, frame, options) => {
    if (new TextEncoder().encode(JSON.stringify(frame)).length > FRAME_BYTES - 1_024) {
      const error = new TertuliaError('too_large');
      this.#settled(lane, { id: frame.id ?? newId(), frame, time: this.#timing.now() }, undefined, error);
      throw error;
    }
    return this.#outbox.add(lane, frame, options);
  };

  #settled = (lane, outgoing, reply, error) => {
    const { type, room } = outgoing.frame;
    if (reply) this.#rooms.get(room)?.part.sent(outgoing, reply);
    else if (type === 'chat') this.#failures.add(outgoing, error);
  };

  /**
   * @param {any} frame
   * @param {Waiting} [options]
   */
  async #notify(frame, { signal, ...fields } = {}) {
    return this.#enqueue('notify', { ...frame, ...fields }, { signal });
  }

  async #leave(name) {
    this.#rooms.delete(name);
    const left = this.#session.tell({ type: 'leave', room: name });
    this.#leaving.set(name, left);
    await left;
    if (this.#leaving.get(name) === left) this.#leaving.delete(name);
  }

  // The store.

  /** The part of a store that belongs to this client of this server. */
  #scoped(store) {
    const { host, pathname } = this.#address;
    return storeOf((method, key, ...values) => {
      const act = (client) => {
        const prefix = `tertulia:${host}${pathname}:${client}:`;
        const short = (keys) => keys.map((found) => found.slice(prefix.length));
        const result = store[method](prefix + key, ...values);
        if (method !== 'keys') return result;
        return typeof result.then === 'function' ? result.then(short) : short(result);
      };
      // At once if it can be: a page may end before a promise is settled.
      return this.#client === null ? this.#clientKnown.then(act) : act(this.#client);
    });
  }

  /** Draws the name of this device, or finds the one that was drawn. */
  async #nameDevice() {
    try {
      this.#device = await this.#store.get('device');
      this.#device ??= newId();
      await this.#store.set('device', this.#device);
    } catch (error) {
      this.#device ??= newId();
      this.#report(error, 'store');
    }
  }

  /** Failures that no promise brings to anybody. */
  #report = async (error, where) => {
    // What fails in the constructor is heard by handlers that are added after it.
    await undefined;
    if (this.#events.has('error') && !where.includes("'error'")) this.#events.emit('error', { error, where });
    else console.error(`tertulia: ${where}:`, error);
  };
}
