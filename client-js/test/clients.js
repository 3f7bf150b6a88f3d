import { test } from 'node:test';
import { Tertulia } from '../src/index.js';
import { WebSocket } from './websocket.js';

/** Times for tests with many cuts: what takes a minute otherwise takes a moment. */
export const HASTE = { attempts: 100_000, shortest: 2, longest: 40, quiet: 1_000, answer: 1_000, reply: 2_000, wakeAnswer: 500, attempt: 2_000, presence: 50 };

/** Makes a test of each transport, which `run` gets after the context of the test. */
export function onEachTransport(title, run) {
  for (const transport of ['websocket', 'http']) test(`${transport}: ${title}`, (t) => run(t, transport));
}

/** Clients of one test: closed at its end, and with the errors that nobody expected. */
export class Clients {
  all = [];
  errors = [];
  #transport;

  /**
   * @param {import('node:test').TestContext} t
   * @param {'websocket' | 'http'} [transport] of those that are not told otherwise
   */
  constructor(t, transport) {
    this.#transport = transport;
    t.after(() => Promise.all(this.all.map((client) => client.close())));
  }

  open(address, options = {}) {
    const client = new Tertulia(address, { client: 'ana', WebSocket, device: null, transport: this.#transport, ...options });
    client.on('error', ({ error, where }) => this.errors.push(`${where}: ${error}`));
    this.all.push(client);
    return client;
  }
}

/** The times of a client by a clock of the test. */
export const byClock = (clock, more = {}) => ({ now: clock.now, later: clock.setTimer, cancel: clock.clearTimer, ...more });

/** WebSockets that know how many of them are connecting or open: `most` at once, `made` in all; and how many `replies` came. */
export function countedWebSockets() {
  const counted = { made: 0, most: 0, replies: 0, all: [] };
  counted.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      counted.made++;
      counted.all.push(this);
      counted.all = counted.all.filter(({ readyState }) => readyState <= WebSocket.OPEN);
      counted.most = Math.max(counted.most, counted.all.length);
      this.on('message', (data) => 'ref' in JSON.parse(String(data)) && counted.replies++);
    }
  };
  return counted;
}
