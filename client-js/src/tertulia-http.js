import { probe } from './probe.js';
import { TURN, Turns } from './turns.js';

/** A request over HTTP that takes longer has no answer to expect, and the line is given up. */
const REQUEST_PATIENCE = 30_000;

/** The rooms of a stream: the server takes no more. */
const STREAM_ROOMS = 50;

/** How many of its own requests a line remembers, of those that come back to it over the stream. */
const ECHOES = 100;

/** Which request of the API a frame becomes, and which of its fields names this client, unless the path does. */
const HTTP_ROUTES = {
  chat: ['POST', 'rooms/{room}/messages', 'client'],
  edit: ['PATCH', 'rooms/{room}/messages/{target}', 'client'],
  delete: ['DELETE', 'rooms/{room}/messages/{target}', 'client'],
  react: ['POST', 'rooms/{room}/messages/{target}/reactions', 'client'],
  typing: ['POST', 'rooms/{room}/typing', 'client'],
  read: ['PUT', 'rooms/{room}/read', 'client'],
  history: ['GET', 'rooms/{room}/messages', 'client'],
  presence: ['GET', 'rooms/{room}/presence'],
  rooms: ['GET', 'clients/{client}/rooms'],
  notification: ['POST', 'clients/{to}/notifications', 'from'],
  broadcast_notification: ['POST', 'broadcasts', 'from'],
  inbox: ['GET', 'clients/{client}/inbox'],
  inbox_read: ['POST', 'clients/{client}/inbox/read'],
  ack: ['POST', 'clients/{client}/inbox/ack'],
  shown: ['POST', 'clients/{client}/inbox/shown'],
  revoke: ['DELETE', 'notifications/{id}', 'from'],
};

/**
 * A line without WebSocket, for networks that let nothing else through than plain requests: frames go out as
 * requests of the API, whose answers are their replies, and come in over an event stream. To the session it is a line
 * like any other: it takes `hello`, `join` and `leave`, and when it is lost, `onClose` says so, once.
 *
 * # The stream
 *
 * `hello` opens it. It is opened again, from where it was, when a room is joined or left, when a `ping` finds it
 * silent, and when other tabs wait for their turn (see `Turns`). The session sees nothing of that, unless the server
 * could not resume a room: what was missed comes as the frames that would have come.
 *
 * @param options `address` of the server; `client`; `token`; `timing`; `onOpen`, `onFrame(frame)`, `onClose({ code, reason })`;
 *     `websocket`, which opens the line to be had instead, if there is one, and `onProbed(opened)`, which is told whether it opens
 */
export function openHttp(options) {
  return new HttpLine(options);
}

class HttpLine {
  #options;
  #base;
  #turns;
  #device;
  /** Aborts everything that is under way. */
  #all = new AbortController();
  /** @type {AbortController | null} */
  #stream = null;
  /** The position in each log, as the ids of events have them: `room`, `*inbox` and `*broadcasts`. */
  #positions = new Map();
  /** @type {string | null} */
  #eventId = null;
  /** The rooms, and those whose `joined` the session waits for, with the `ref` to answer. */
  #rooms = new Set();
  #joining = new Map();
  #inboxAsked = false;
  /** By room, those whose presence was asked for: who was there, as far as the session knows. */
  #present = new Map();
  #presenceTimer;
  #endProbe;
  /** What this line has done, and a WebSocket would not be told. */
  #echoes = new Set();
  #welcomeRef;
  #pings = [];
  /** Whether this waits for its turn, and so for nothing from the server. */
  #isWaiting = false;
  #heardAt = 0;
  #begunAt = 0;

  constructor(options) {
    this.#options = options;
    const { host, origin, pathname } = new URL(options.address);
    this.#base = `${origin}${pathname.replace(/\/$/, '')}/api/v1/`;
    this.#turns = new Turns(`tertulia:${host}`, options.timing, () => this.#giveWay());
    if (options.websocket) this.#endProbe = probe(options);
    Promise.resolve().then(() => this.#closed || options.onOpen());
  }

  send(frame) {
    const { type, ref, room } = frame;
    if (type === 'hello') this.#greet(frame);
    else if (type === 'join') this.#join(frame);
    else if (type === 'leave') {
      this.#rooms.delete(room);
      this.#joining.delete(room);
      this.#present.delete(room);
      this.#reopen();
      this.#reply({ type: 'ok', ref });
    } else if (type === 'ping') this.#ping(ref);
    else this.#request(frame);
  }

  close() {
    this.#all.abort();
    this.#stream?.abort();
    this.#turns.close();
    this.#endProbe?.();
    this.#options.timing.cancel(this.#presenceTimer);
  }

  get #closed() {
    return this.#all.signal.aborted;
  }

  #end(code, reason) {
    if (this.#closed) return;
    this.close();
    this.#options.onClose({ code, reason });
  }

  /** Answers later, as a line does. */
  #reply(frame) {
    Promise.resolve().then(() => this.#emit(frame));
  }

  #emit(frame) {
    if (!this.#closed) this.#options.onFrame(frame);
  }

  // Frames that concern the stream.

  #greet({ ref, device, token, rooms = {}, inbox }) {
    this.#device = device ?? this.#device;
    this.#options.token = token ?? this.#options.token;
    const names = Object.keys(rooms);
    if (this.#stream && !names.length && inbox === undefined) return this.#reply({ type: 'ok', ref });
    this.#welcomeRef = ref;
    for (const room of names) this.#enter(room, rooms[room]);
    if (inbox !== undefined) {
      this.#inboxAsked = true;
      const [own, broadcasts] = inbox?.split('+') ?? [];
      this.#position('*inbox', own);
      this.#position('*broadcasts', broadcasts);
    }
    this.#reopen();
  }

  #join({ ref, room, after, limit }) {
    if (this.#enter(room, after, ref, limit)) this.#reopen();
  }

  #enter(room, after, ref, limit) {
    if (this.#rooms.size >= STREAM_ROOMS && !this.#rooms.has(room)) {
      this.#reply({ type: 'error', ref, room, code: 'invalid', message: `no more than ${STREAM_ROOMS} rooms without WebSocket` });
      return false;
    }
    this.#rooms.add(room);
    this.#joining.set(room, { ref, limit: after ? undefined : limit });
    this.#position(room, after);
    return true;
  }

  #position(log, position) {
    this.#learn();
    if (position) this.#positions.set(log, position);
    else this.#positions.delete(log);
  }

  /** Takes the positions out of the last id. */
  #learn() {
    for (const part of this.#eventId?.split(',') ?? []) {
      const [log, position] = part.split('/');
      this.#positions.set(log, position);
    }
    this.#eventId = null;
  }

  /** Everything that comes is a sign. If there was none for long, or none comes, a new stream has to give one. */
  #ping(ref) {
    const { now, later, quiet, wakeAnswer } = this.#options.timing;
    const ask = () => !this.#isWaiting && this.#pings.includes(ref) && this.#reopen();
    if (this.#isWaiting) return this.#reply({ type: 'ok', ref });
    this.#pings.push(ref);
    if (Math.abs(now() - this.#heardAt) > quiet + wakeAnswer) ask();
    else later(ask, wakeAnswer / 2);
  }

  #heard() {
    this.#heardAt = this.#options.timing.now();
    for (const ref of this.#pings.splice(0)) this.#emit({ type: 'ok', ref });
  }

  // The stream.

  #reopen() {
    if (this.#closed) return;
    this.#stream?.abort();
    const stream = (this.#stream = new AbortController());
    // Rooms that are joined one after the other need one stream.
    Promise.resolve()
      .then(() => this.#run(stream.signal))
      .catch((error) => !stream.signal.aborted && this.#end(1006, String(error)));
  }

  /** Other tabs want the place: what comes is resumed in the next turn. */
  #giveWay() {
    // Who waits has nothing to give; and would say again that it waits, to others who do the same.
    if (this.#isWaiting) return;
    const { now } = this.#options.timing;
    const complete = this.#welcomeRef === undefined && !this.#joining.size && !this.#inboxAsked;
    if (complete && this.#turns.isOver(now() - this.#begunAt)) this.#reopen();
  }

  async #run(signal) {
    if (signal.aborted) return;
    const { later, cancel, now } = this.#options.timing;
    this.#isWaiting = true;
    const leave = await this.#turns.take(signal);
    let timer;
    try {
      if (signal.aborted) return;
      this.#isWaiting = false;
      this.#learn();
      const known = [...this.#rooms, '*inbox', '*broadcasts'].filter((log) => this.#positions.has(log));
      const query = { client: this.#options.client, after: known.map((log) => `${log}/${this.#positions.get(log)}`).join(',') };
      const response = await this.#fetch('GET', 'stream', { ...query, rooms: [...this.#rooms].join(',') }, 'text/event-stream', signal);
      if (!response.ok) return this.#refused(response);
      this.#begunAt = now();
      timer = later(() => this.#giveWay(), TURN);
      const reader = /** @type {ReadableStream} */ (response.body).getReader();
      const decoder = new TextDecoder();
      let rest = '';
      /** @type {any} */
      let event = {};
      for (;;) {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (done) return this.#end(1006, 'the stream ended');
        this.#heard();
        const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const [, name, text] = /^(\w+): ?([^]*)/.exec(line) ?? [];
          if (name) event[name] = text;
          if (line || !event.data) continue;
          this.#received(event);
          event = {};
          if (signal.aborted) return;
        }
        this.#giveWay();
      }
    } finally {
      cancel(timer);
      leave();
    }
  }

  #received({ event, data, id }) {
    const frame = JSON.parse(data);
    if (event === 'close') return this.#end(frame.code, frame.reason);
    // It counts from when the frame was delivered. Within it nothing asks for another stream but a join.
    if (id) this.#eventId = id;
    const { type, room } = frame;
    if (type === 'welcome') {
      const ref = this.#welcomeRef;
      this.#welcomeRef = undefined;
      if (ref !== undefined) this.#emit({ ...frame, ref });
    } else if ((type === 'joined' || type === 'error') && this.#joining.has(room)) {
      const { ref, limit } = this.#joining.get(room);
      this.#joining.delete(room);
      if (type === 'error') this.#rooms.delete(room);
      // A stream begins each room with as many as it likes.
      else if (limit < frame.messages.length) Object.assign(frame, { messages: frame.messages.slice(-limit), more: true });
      this.#emit({ ...frame, ref });
    } else if (type === 'joined' && frame.recovered && frame.after !== undefined) this.#emitAll(frame.messages);
    else if (type === 'inbox' && this.#inboxAsked) {
      this.#inboxAsked = false;
      this.#emit(frame);
    } else if (type === 'inbox' && frame.recovered) this.#emitAll(frame.notifications);
    else this.#emitAll([frame]);
  }

  #emitAll(frames) {
    for (const frame of frames) if (!this.#echoes.delete(echo(frame, this.#options.client))) this.#emit(frame);
  }

  /** No stream. Where the server says that it won't get better, the code is one that stops the client. */
  #refused({ status }) {
    if (status === 401 || status === 403) this.#end(4500, 'unauthorized');
    else if (status === 400) this.#end(1002, 'the stream was refused');
    else this.#end(status === 429 || status === 503 ? 4004 : 1006, `status ${status}`);
  }

  // Requests.

  async #request({ type, ref, ...fields }) {
    const [method, template, author] = HTTP_ROUTES[type] ?? [];
    if (!method) return this.#reply({ type: 'error', ref, code: 'unknown_type', message: `'${type}' needs WebSocket` });
    const { client, timing } = this.#options;
    if (type === 'inbox_read') delete fields.id;
    if (type === 'ack' || type === 'shown') fields.device = this.#device;
    if (type === 'notification') fields.to ??= client;
    if (author) fields[author] = client;
    const { room } = fields;
    const expected = echo({ type, ...fields }, client);
    if (expected) this.#echoes.add(expected);
    if (this.#echoes.size > ECHOES) this.#echoes.delete(this.#echoes.values().next().value);
    const path = template.replace(/{(\w+)}/g, (_, name) => {
      const value = name === 'client' ? client : fields[name];
      delete fields[name];
      return encodeURIComponent(value);
    });
    const timer = timing.later(() => this.#end(1006, `no answer to '${type}'`), REQUEST_PATIENCE);
    try {
      const response = await this.#fetch(method, path, fields, 'application/json', this.#all.signal);
      const text = await response.text();
      const reply = text && response.ok ? JSON.parse(text) : {};
      if (type === 'presence') this.#watch(room, reply);
      this.#emit(response.ok ? { type: 'ok', ...reply, ref } : { ...problem(response, text), ref });
    } catch (error) {
      this.#end(1006, String(error)); // whether it arrived is not known, as with any line that is lost
    } finally {
      timing.cancel(timer);
    }
  }

  // Presence, which streams do not tell.

  #watch(room, { members, count }) {
    // As over WebSocket, a room of more than that says nothing.
    if (members?.length !== count || !this.#rooms.has(room)) return;
    const { timing } = this.#options;
    this.#present.set(room, namesOf(members));
    timing.cancel(this.#presenceTimer);
    this.#presenceTimer = timing.later(() => this.#look(), timing.presence);
  }

  /** Tells who has come and gone. */
  async #look() {
    const { timing } = this.#options;
    for (const room of [...this.#present.keys()]) {
      const path = `rooms/${encodeURIComponent(room)}/presence`;
      // Whatever goes wrong: the next time may be better.
      const response = await this.#fetch('GET', path, {}, 'application/json', this.#all.signal).catch(() => null);
      const { members = [], count } = response?.ok ? await response.json().catch(() => ({})) : {};
      const before = this.#present.get(room);
      if (members.length !== count || !before || this.#closed) continue;
      const now = namesOf(members);
      this.#present.set(room, now);
      const tell = (event, some, others) => {
        for (const [client, name] of some) if (!others.has(client)) this.#emit({ type: 'presence', room, event, client, name, count });
      };
      tell('left', before, now);
      tell('joined', now, before);
    }
    if (!this.#closed && this.#present.size) this.#presenceTimer = timing.later(() => this.#look(), timing.presence);
  }

  #fetch(method, path, fields, accept, signal) {
    const { token } = this.#options;
    const inQuery = method === 'GET' || method === 'DELETE';
    const url = new URL(this.#base + path);
    const headers = { accept };
    if (token) headers.authorization = `Bearer ${token}`;
    if (!inQuery) headers['content-type'] = 'application/json';
    for (const [name, value] of inQuery ? Object.entries(fields) : []) {
      if (value !== undefined && value !== '') url.searchParams.set(name, value);
    }
    // A form's `+` for a space is a plus to the server.
    url.search = url.search.replace(/\+/g, '%20');
    return fetch(url, { method, headers, body: inQuery ? undefined : JSON.stringify(fields), signal, cache: 'no-store' });
  }
}

const namesOf = (members) => new Map(members.map(({ client, name }) => [client, name]));

/**
 * What is the same for a request and for the frame that tells the devices of its client of it; `undefined` for others.
 *
 * @param {any} frame
 * @param {string} own the client
 */
function echo({ type, client, room, offset, ids, up_to: upTo }, own) {
  return type === 'inbox_read' || (type === 'read' && client === own) ? JSON.stringify([type, room, offset, ids, upTo]) : undefined;
}

/** The `error` frame in a problem document, or in whatever a proxy says. */
function problem({ status, headers }, text) {
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // a page of a proxy
  }
  const away = status === 429 || status > 500;
  const code = body.code ?? (away ? 'unavailable' : status === 404 ? 'not_found' : 'internal');
  const seconds = Number(headers.get('retry-after'));
  const retry = code === 'unavailable' || code === 'rate_limited';
  return { type: 'error', code, message: body.detail ?? `status ${status}`, retry, retry_after: seconds ? seconds * 1_000 : undefined };
}
