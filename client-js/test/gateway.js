import { createServer, request } from 'node:http';

/**
 * An HTTP proxy of a network that does not let WebSocket through, and fails as a test says.
 *
 * `failing` is a status that it gives instead of the server's answers; `swallowing` says that open answers bring
 * nothing any more, and that nothing new is answered.
 */
export class Gateway {
  #server;
  #answers = new Set();
  #upgraded = new Set();
  failing = 0;
  swallowing = false;
  /** Whether WebSocket is let through after all. */
  upgrading = false;
  /** The event streams that are open now, at once at most, and in all; and attempts with WebSocket. */
  streams = 0;
  mostStreams = 0;
  opened = 0;
  upgrades = 0;
  /** Requests, as `METHOD /path`. */
  requests = [];

  /** @param {() => number} target the port of the server, asked for with each request */
  static async to(target) {
    const gateway = new Gateway();
    gateway.#server = createServer((from, to) => gateway.#pass(from, to, target()));
    gateway.#server.on('upgrade', (from, socket, head) => gateway.#upgrade(from, socket, head, target()));
    await new Promise((resolve) => gateway.#server.listen(0, '127.0.0.1', resolve));
    return gateway;
  }

  get address() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Ends the open streams in the middle of whatever they bring. */
  cut() {
    for (const { to } of this.#answers) to.destroy();
  }

  async close() {
    this.#server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(from, to, port) {
    this.requests.push(`${from.method} ${from.url}`);
    if (this.swallowing) return;
    if (this.failing) {
      to.writeHead(this.failing, { 'content-type': 'text/html' });
      to.end('<h1>The gateway is not well</h1>');
      return;
    }
    const { method, url: path, headers } = from;
    const onward = request({ port, host: '127.0.0.1', method, path, headers: { ...headers, host: `127.0.0.1:${port}` } }, (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      const isStream = answer.headers['content-type']?.startsWith('text/event-stream');
      if (!isStream) {
        answer.pipe(to);
        return;
      }
      const entry = { to };
      this.#answers.add(entry);
      this.opened++;
      this.mostStreams = Math.max(this.mostStreams, ++this.streams);
      answer.on('data', (data) => this.swallowing || to.write(data));
      answer.on('end', () => this.swallowing || to.end());
      answer.on('error', () => to.destroy());
      to.on('close', () => {
        this.streams--;
        this.#answers.delete(entry);
        onward.destroy();
      });
    });
    onward.on('error', () => to.destroy());
    from.pipe(onward);
  }

  #upgrade(from, socket, head, port) {
    this.upgrades++;
    socket.on('error', () => {});
    if (!this.upgrading) {
      socket.destroy();
      return;
    }
    this.#upgraded.add(socket);
    socket.on('close', () => this.#upgraded.delete(socket));
    const onward = request({ port, host: '127.0.0.1', path: from.url, headers: { ...from.headers, host: `127.0.0.1:${port}` } });
    onward.on('error', () => socket.destroy());
    onward.on('upgrade', (answer, server, first) => {
      const lines = answer.rawHeaders.map((text, i) => text + (i % 2 ? '\r\n' : ': '));
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      if (first.length) socket.write(first);
      if (head.length) server.write(head);
      server.on('error', () => socket.destroy());
      socket.on('close', () => server.destroy());
      server.on('close', () => socket.destroy());
      server.pipe(socket).pipe(server);
    });
    onward.end();
  }
}
