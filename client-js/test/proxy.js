import { connect, createServer } from 'node:net';

/**
 * A TCP proxy whose connections a test breaks: it cuts, delays, swallows and half-closes. It never repeats a byte.
 *
 * A connection that swallows stays open and brings nothing any more, in either direction: as behind a NAT that has
 * forgotten it.
 */
export class Proxy {
  #server;
  #target;
  /** The open connections. Those that swallow are among them. */
  connections = new Set();
  /** How many there have been, and how many at once at most. */
  opened = 0;
  most = 0;
  /** Whether new connections are cut at once; whether they swallow; how long each piece is held back. */
  refusing = false;
  swallowing = false;
  delay = () => 0;
  /** What comes from the server waits for this promise. */
  hold = undefined;

  /** @param {() => number} target the port of the server, asked for with each connection */
  static async to(target) {
    const proxy = new Proxy();
    proxy.#target = target;
    proxy.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => proxy.#accept(socket));
    await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get address() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Resets a connection, or all. */
  cut(connection) {
    for (const each of connection ? [connection] : [...this.connections]) each.cut();
  }

  /** From now on, nothing comes through any of the open connections. */
  swallow() {
    for (const each of this.connections) each.swallowing = true;
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client) {
    client.on('error', () => {});
    if (this.refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect({ port: this.#target(), host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const connection = {
      client,
      server,
      swallowing: this.swallowing,
      /** Bytes that the server has sent through it. */
      received: 0,
      cut: () => {
        client.resetAndDestroy();
        server.destroy();
      },
      /** Nothing more comes from the server; what the client sends still arrives. */
      halfClose: () => client.end(),
    };
    this.connections.add(connection);
    this.opened++;
    this.most = Math.max(this.most, this.connections.size);
    client.on('close', () => {
      this.connections.delete(connection);
      server.destroy();
    });
    server.on('error', () => client.destroy());
    server.on('close', () => connection.swallowing || client.destroy());
    this.#relay(connection, client, server);
    this.#relay(connection, server, client);
  }

  /** Passes on in order, each piece after its delay. */
  #relay(connection, from, to) {
    let before = Promise.resolve();
    const inOrder = (act) => {
      const ms = this.delay();
      const hold = from === connection.server ? this.hold : undefined;
      before = before.then(() => hold).then(() => (ms ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined)).then(act);
    };
    from.on('data', (data) =>
      inOrder(() => {
        if (connection.swallowing || !to.writable) return;
        if (from === connection.server) connection.received += data.length;
        to.write(data);
      }),
    );
    from.on('end', () => inOrder(() => connection.swallowing || to.end()));
  }
}
