import { WebSocketServer } from './websocket.js';

/**
 * A server that does what a test says, where the real one cannot (tokens, closing codes) or must not (a rude one).
 * By default it answers `hello` and enters every room with nothing in it.
 */
export class StandIn {
  #server;
  /** Every connection there was: `{ url, frames, open, send(frame), close(code, reason), cut() }`. */
  connections = [];
  /** How many were open at once at most. */
  most = 0;
  /** Called for each new connection, and for each frame; returns whether that was all. */
  onConnection = () => false;
  onFrame = () => false;

  static async start() {
    const standIn = new StandIn();
    standIn.#server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    standIn.#server.on('connection', (socket, request) => standIn.#accept(socket, request));
    await new Promise((resolve) => standIn.#server.once('listening', resolve));
    return standIn;
  }

  get address() {
    return `http://127.0.0.1:${this.port}`;
  }

  get port() {
    return this.#server.address().port;
  }

  get open() {
    return this.connections.filter(({ open }) => open);
  }

  /** What `hello` is answered with. */
  welcome({ ref, rooms = {}, inbox }, connection, client = 'ana') {
    connection.send({ type: 'welcome', ref, protocol: 1, connection: 'c', client, time: Date.now(), heartbeat: 25_000, unread: 0 });
    for (const [room, after] of Object.entries(rooms)) {
      connection.send({ type: 'joined', room, recovered: true, after: after ?? '0:0', messages: [], more: false, count: 1 });
    }
    if (inbox !== undefined) connection.send({ type: 'inbox', recovered: true, pos: inbox ?? '0:0+0:0', notifications: [], more: false });
  }

  async close() {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket, request) {
    const connection = {
      url: request.url,
      frames: [],
      open: true,
      send: (frame) => socket.send(JSON.stringify(frame)),
      close: (code, reason) => socket.close(code, reason),
      cut: () => socket._socket.resetAndDestroy(),
    };
    this.connections.push(connection);
    this.most = Math.max(this.most, this.open.length);
    socket.on('error', () => {});
    socket.on('close', () => (connection.open = false));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      connection.frames.push(frame);
      if (this.onFrame(frame, connection)) return;
      if (frame.type === 'hello') this.welcome(frame, connection);
      else if (frame.type === 'join') connection.send({ type: 'joined', ref: frame.ref, room: frame.room, recovered: true, after: frame.after ?? '0:0', messages: [], more: false, count: 1 });
      else if (frame.ref !== undefined) connection.send({ type: 'ok', ref: frame.ref, room: frame.room, id: frame.id, members: [], rooms: [] });
    });
    this.onConnection(connection, this.connections.length);
  }
}
