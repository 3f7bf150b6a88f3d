import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { byClock, Clients, countedWebSockets, HASTE } from './clients.js';
import { ManualClock } from './manual-clock.js';
import { Proxy } from './proxy.js';
import { Server } from './server.js';
import { next, until } from './waiting.js';

let server;
before(async () => (server = await Server.start()));
after(() => server.close());

/** A page: what a browser dispatches on its window and document. */
class Page extends EventTarget {
  document = Object.assign(new EventTarget(), { visibilityState: 'visible' });

  show() {
    this.document.visibilityState = 'visible';
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  hide() {
    this.document.visibilityState = 'hidden';
    this.document.dispatchEvent(new Event('visibilitychange'));
  }

  transition(type, persisted) {
    this.dispatchEvent(Object.assign(new Event(type), { persisted }));
  }
}

/** A client by a clock of the test, over a proxy, in a page, with what it received. */
async function setUp(t, timing = {}) {
  const proxy = await Proxy.to(() => server.port);
  const clock = new ManualClock();
  const page = new Page();
  const counted = countedWebSockets();
  const clients = new Clients(t);
  t.after(() => proxy.close());
  const client = clients.open(proxy.address, { WebSocket: counted.WebSocket, timing: byClock(clock, { scope: page, ...timing }) });
  const room = client.room(t.name.replace(/\W+/g, '-').slice(0, 60));
  const entries = [];
  room.on('entry', ({ message }) => entries.push(message));
  const joined = next(room, 'joined');
  await clock.advance(0);
  await joined;
  await until(() => client.state === 'online');
  const other = clients.open(server.address, { client: 'luis', inbox: false }).room(room.name);
  return { proxy, clock, page, counted, clients, client, room, entries, other };
}

test('a proxy that swallows is noticed in 45 seconds', async (t) => {
  const { proxy, clock, client, counted } = await setUp(t);
  proxy.swallow();
  await clock.advance(39_000);
  assert.equal(client.state, 'online');
  await clock.advance(6_000);
  assert.notEqual(client.state, 'online');
  await clock.advance(1_000);
  await until(() => client.state === 'online');
  assert.equal(counted.made, 2);
});

for (const [sign, act] of Object.entries({
  visibilitychange: (page) => page.show(),
  pageshow: (page) => page.transition('pageshow', false),
  online: (page) => page.dispatchEvent(new Event('online')),
  focus: (page) => page.dispatchEvent(new Event('focus')),
  resume: (page) => page.document.dispatchEvent(new Event('resume')),
})) {
  test(`a socket that says OPEN after sleep is replaced 8 seconds after waking: ${sign}`, async (t) => {
    const { proxy, clock, page, client, counted } = await setUp(t);
    proxy.swallow();
    page.hide();
    await clock.advance(10_000);
    assert.equal(client.state, 'online');
    act(page);
    await clock.advance(8_000);
    await until(() => client.state === 'online' && counted.made === 2);
  });
}

test('a sleep without any event is noticed by the timer that comes late', async (t) => {
  const { proxy, clock, client, counted } = await setUp(t);
  clock.stop();
  await clock.advance(3_600_000);
  proxy.swallow();
  clock.resume();
  await clock.advance(8_000);
  await until(() => client.state === 'online' && counted.made === 2);
});

test('hidden for 15 minutes, with timers once a minute: no reconnect, all entries', async (t) => {
  const { clock, page, client, counted, entries, other } = await setUp(t);
  page.hide();
  const sent = [];
  for (let minute = 0; minute < 15; minute++) {
    clock.stop();
    await clock.advance(60_000);
    clock.resume();
    const answered = counted.replies;
    await clock.advance(0);
    // Its ping is answered; in between, an entry now and then.
    await until(() => counted.replies > answered);
    if (minute % 3 === 0) {
      sent.push(`in minute ${minute}`);
      await other.send(sent.at(-1));
      await until(() => entries.length === sent.length);
    }
    assert.equal(client.state, 'online');
  }
  assert.deepEqual(entries, sent);
  assert.equal(counted.made, 1);
});

test('hidden, with timers once a minute, a dead line is noticed after two of them', async (t) => {
  const { proxy, clock, page, client, counted } = await setUp(t);
  page.hide();
  proxy.swallow();
  const minute = async () => {
    clock.stop();
    await clock.advance(60_000);
    clock.resume();
    await clock.advance(0);
  };
  await minute();
  await minute();
  assert.equal(client.state, 'online');
  await minute();
  await clock.advance(1_000);
  await until(() => client.state === 'online' && counted.made === 2);
});

test('an answer that arrived while the page was frozen counts, though the timer runs first', async (t) => {
  const { proxy, clock, client, counted } = await setUp(t);
  // The ping leaves, and its answer is on its way until the page has thawed.
  let thaw;
  const frozen = new Promise((resolve) => (thaw = resolve));
  proxy.hold = frozen;
  await clock.advance(25_000);
  clock.stop();
  await clock.advance(600_000);
  clock.resume();
  await clock.advance(0);
  assert.equal(client.state, 'online');
  const answered = counted.replies;
  thaw();
  await until(() => counted.replies > answered);
  await clock.advance(20_000);
  assert.equal(client.state, 'online');
  assert.equal(counted.made, 1);
});

test('a clock that is set back by an hour ends nothing, and a dead line is noticed all the same', async (t) => {
  const { proxy, clock, client, counted } = await setUp(t);
  clock.setBack(3_600_000);
  const answered = counted.replies;
  await clock.advance(25_000);
  await until(() => counted.replies > answered);
  assert.equal(counted.made, 1);
  proxy.swallow();
  await clock.advance(45_000);
  await clock.advance(1_000);
  await until(() => client.state === 'online' && counted.made === 2);
});

test('a page that may be left and stays keeps its connection, and the next message comes within a second', async (t) => {
  const { clock, page, counted, entries, other } = await setUp(t);
  page.dispatchEvent(new Event('beforeunload'));
  page.transition('pagehide', false);
  page.dispatchEvent(new Event('unload'));
  page.hide();
  page.show();
  await other.send('here');
  await until(() => entries.length === 1);
  await clock.advance(1_000);
  assert.equal(counted.made, 1);
});

test('back from the back/forward cache: what was missed comes once, over a new socket', async (t) => {
  const { proxy, clock, page, counted, entries, other } = await setUp(t);
  await other.send('before');
  await until(() => entries.length === 1);
  page.transition('pagehide', true);
  // The socket looks open, and brings nothing.
  proxy.swallow();
  await other.send('missed');
  page.transition('pageshow', true);
  await clock.advance(0);
  await until(() => entries.length === 2);
  await other.send('after');
  await until(() => entries.length === 3);
  assert.deepEqual(entries, ['before', 'missed', 'after']);
  assert.equal(counted.made, 2);
  assert.equal(counted.most, 1);
});

test('navigator.onLine is not asked: a server on loopback is reached without a network', async (t) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  t.after(() => (before ? Object.defineProperty(globalThis, 'navigator', before) : delete globalThis.navigator));
  const { proxy, clock, page, client, entries, other } = await setUp(t);
  page.dispatchEvent(new Event('offline'));
  assert.equal(client.state, 'online');
  await other.send('here');
  await until(() => entries.length === 1);
  proxy.cut();
  await until(() => client.state === 'offline');
  await clock.advance(1_000);
  await until(() => client.state === 'online');
});

test('a connection that the other end half-closes is replaced', async (t) => {
  const proxy = await Proxy.to(() => server.port);
  t.after(() => proxy.close());
  const client = new Clients(t).open(proxy.address, { timing: HASTE });
  await until(() => client.state === 'online');
  for (const connection of proxy.connections) connection.halfClose();
  await until(() => proxy.opened === 2);
  await until(() => client.state === 'online');
});
