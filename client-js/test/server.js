import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The command that serves, to which options are added: that of `TERTULIA`, words or a JSON array of them, or the launcher of this checkout. */
const COMMAND = command(process.env.TERTULIA);

function command(text) {
  if (!text) return [fileURLToPath(new URL('../../tertulia', import.meta.url)), 'serve'];
  return text.startsWith('[') ? JSON.parse(text) : text.split(' ').filter(Boolean);
}

/**
 * Without the settings of these tests, which the server does not know, nor limits on what they send. A client of an
 * event stream has left a heartbeat after its end.
 */
const SETTINGS = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TERTULIA'))),
  TERTULIA_LIMITS_MESSAGES_PER_SECOND: '0',
  TERTULIA_DRAIN_GRACE: '0ms',
  TERTULIA_DRAIN_PERIOD: '0ms',
  TERTULIA_HEARTBEAT_INTERVAL: '2s',
  TERTULIA_ROOMS: '[{name: signal.*, kind: signal}, {name: team.*, access: members}]',
};

/** A real server in a process of its own, on a free port, with a folder of its own. */
export class Server {
  #process;
  #data;
  port = 0;

  /** With rooms `signal.*`, which keep nothing, and `team.*` for members. */
  static async start() {
    const server = new Server();
    server.#data = await mkdtemp(join(tmpdir(), 'tertulia-client-'));
    await server.startAgain();
    return server;
  }

  get address() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it on the data that it left. The port may be another. */
  async startAgain() {
    const [command, ...rest] = COMMAND;
    const child = spawn(command, [...rest, '--port', '0', '--data', this.#data, '--language', 'en'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: SETTINGS,
    });
    this.#process = child;
    let output = '';
    this.port = await new Promise((resolve, reject) => {
      const read = (text) => {
        output += text;
        const port = /listens on http:\/\/[^:]+:(\d+)/.exec(output)?.[1];
        if (port) resolve(Number(port));
      };
      child.stdout.setEncoding('utf8').on('data', read);
      child.stderr.setEncoding('utf8').on('data', read);
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`the server ended with ${code} before it listened:\n${output}`)));
    });
  }

  /** Ends it: with SIGTERM as an operator does, or with SIGKILL. */
  async stop(signal = 'SIGTERM') {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async restart(signal) {
    await this.stop(signal);
    await this.startAgain();
  }

  async close() {
    await this.stop('SIGKILL');
    await rm(this.#data, { recursive: true, force: true });
  }

  /** A request of the API: its body, if it has one. */
  async api(method, path, body) {
    const response = await fetch(`${this.address}/api/v1${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text && JSON.parse(text);
  }

  /** All messages of a room as they are, oldest first: by the API, without the client. */
  async messages(room) {
    const messages = [];
    for (let after = 0, more = true; more; ) {
      const page = await this.api('GET', `/rooms/${encodeURIComponent(room)}/messages?after=${after}&limit=200`);
      messages.push(...page.messages);
      more = page.more;
      after = messages.at(-1)?.offset ?? 0;
    }
    return messages;
  }
}
