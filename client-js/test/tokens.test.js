import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../src/index.js';
import { byClock, Clients, HASTE } from './clients.js';
import { ManualClock } from './manual-clock.js';
import { StandIn } from './stand-in.js';
import { outcome, until } from './waiting.js';

const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (claims) => `${base64({ alg: 'none' })}.${base64(claims)}.x`;
let drawn = 0;

/** A server that wants tokens, a clock, and a function that gives them, which last for `minutes`. */
async function setUp(t, { minutes = 10, answer, client, timing, ...options } = {}) {
  const server = await StandIn.start();
  t.after(() => server.close());
  const clock = new ManualClock();
  const asked = [];
  server.onFrame = (frame, connection) => {
    if (frame.type !== 'hello') return false;
    connection.send({ type: 'welcome', ref: frame.ref, client: 'ana', time: clock.now(), unread: 0 });
    for (const room of Object.keys(frame.rooms ?? {})) connection.send({ type: 'joined', room, recovered: true, after: 't:1', messages: [], more: false, count: 1 });
    return true;
  };
  const token = (why) => {
    asked.push(why);
    return answer ? answer(why, asked.length) : jwt({ sub: 'ana', exp: clock.now() / 1000 + minutes * 60, n: ++drawn });
  };
  const clients = new Clients(t);
  const tertulia = clients.open(server.address, { client, token, timing: byClock(clock, timing), ...options });
  const hellos = () => server.connections.flatMap(({ frames }) => frames.filter(({ type }) => type === 'hello'));
  return { server, clock, asked, clients, tertulia, hellos };
}

test('the token goes in hello, never in the address, and says who it is', async (t) => {
  const { server, clock, tertulia, hellos, asked } = await setUp(t);
  assert.equal(tertulia.client, null);
  await clock.advance(0);
  await until(() => tertulia.state === 'online');
  assert.equal(tertulia.client, 'ana');
  assert.equal(server.connections[0].url, '/ws');
  assert.match(hellos()[0].token, /^ey.*\.x$/);
  assert.deepEqual(asked, ['first']);
});

test('a token that is not readable: what is stored is found after welcome', async (t) => {
  const store = memoryStore();
  const { server, clock, tertulia, hellos } = await setUp(t, { answer: () => 'opaque', store, resume: true, device: undefined });
  store.set(`tertulia:127.0.0.1:${server.port}/:ana:pos:room:lobby`, 't:5');
  const room = tertulia.room('lobby');
  const sent = outcome(room.send('hola'));
  await clock.advance(0);
  await until(() => hellos().length === 2);
  const [first, second] = hellos();
  assert.deepEqual([first.rooms, first.inbox, first.token], [undefined, undefined, 'opaque']);
  assert.equal(second.rooms.lobby, 't:5');
  assert.equal(second.inbox, null);
  assert.equal(second.device, tertulia.device);
  assert.ok((await sent).value);
});

test('100 cuts: one renewal a period', async (t) => {
  const { server, clock, tertulia, hellos, asked } = await setUp(t, { minutes: 10, timing: { attempts: 1_000, quiet: 10_000_000 } });
  await clock.advance(0);
  for (let cut = 0; cut < 100; cut++) {
    await until(() => tertulia.state === 'online');
    server.connections.at(-1).cut();
    await until(() => tertulia.state === 'offline');
    while (tertulia.state === 'offline') await clock.advance(500);
  }
  await until(() => tertulia.state === 'online');
  const before = asked.length;
  assert.ok(before <= 4, `${before} tokens for ${server.connections.length} connections`);
  for (let minute = 0; minute < 60; minute++) {
    await clock.advance(60_000);
    await until(() => hellos().filter(({ rooms }) => !rooms).length === asked.length - before);
  }
  assert.equal(tertulia.state, 'online');
  const renewals = asked.slice(before);
  assert.ok(renewals.every((why) => why === 'renew'));
  // A minute before their end, tokens of ten minutes are renewed: every nine.
  assert.ok(renewals.length >= 6 && renewals.length <= 7, `${renewals.length} in an hour`);
  assert.equal(new Set(hellos().map(({ token }) => token)).size, asked.length);
});

test('a renewal that comes in after a reconnect is used by it, and asked for once', async (t) => {
  let give;
  const { server, clock, tertulia, hellos, asked } = await setUp(t, {
    answer: (why) => (why === 'first' ? jwt({ sub: 'ana', exp: 1_700_000_600 }) : new Promise((resolve) => (give = resolve))),
    timing: { quiet: 10_000_000 },
  });
  await clock.advance(0);
  await until(() => tertulia.state === 'online');
  await clock.advance(540_000);
  await until(() => give);
  server.connections[0].cut();
  await until(() => tertulia.state === 'offline');
  await clock.advance(1_000);
  const renewed = jwt({ sub: 'ana', exp: 1_700_009_999 });
  give(renewed);
  await until(() => tertulia.state === 'online');
  assert.deepEqual(asked, ['first', 'renew']);
  assert.deepEqual(hellos().map(({ token }) => token === renewed), [false, true]);
});

test('4003 asks for another token; what cannot be renewed, or is the same again, stops', async (t) => {
  const { server, clock, tertulia, asked, clients } = await setUp(t);
  await clock.advance(0);
  await until(() => tertulia.state === 'online');
  server.connections[0].close(4003, 'token_expired');
  await until(() => tertulia.state === 'offline');
  assert.equal(tertulia.why, 'token_expired');
  await clock.advance(1_000);
  await until(() => tertulia.state === 'online');
  assert.deepEqual(asked, ['first', 'expired']);
  // Before welcome, a fresh token: another would not be better.
  server.onFrame = ({ type }, connection) => type === 'hello' && (connection.close(4003), true);
  server.connections[1].close(4003);
  await until(() => tertulia.state === 'offline');
  await clock.advance(5_000);
  await until(() => tertulia.state === 'stopped');
  assert.equal(tertulia.why, 'token_expired');
  assert.deepEqual(asked, ['first', 'expired', 'expired']);
  assert.deepEqual(clients.errors, []);
});

for (const [name, failing] of Object.entries({
  'none': () => '',
  'the same again': () => jwt({ sub: 'ana', exp: 1_700_000_600 }),
  'an error': () => Promise.reject(new Error('forbidden')),
})) {
  test(`a token that has ended, and instead of another there is ${name}: stopped`, async (t) => {
    const { server, clock, tertulia, asked, clients } = await setUp(t, {
      answer: (why) => (why === 'first' ? jwt({ sub: 'ana', exp: 1_700_000_600 }) : failing()),
    });
    await clock.advance(0);
    await until(() => tertulia.state === 'online');
    server.connections[0].close(4003);
    await until(() => tertulia.state === 'offline');
    await clock.advance(1_000);
    await until(() => tertulia.state === 'stopped');
    assert.equal(tertulia.why, 'unauthorized');
    await clock.advance(600_000);
    assert.deepEqual(asked, ['first', 'expired']);
    await until(() => clients.errors.length === 1);
    assert.equal((await outcome(tertulia.rooms())).error.code, 'stopped');
  });
}

test('without a network, a token is asked for again as connections are', async (t) => {
  const { clock, tertulia, asked } = await setUp(t, {
    answer: (why, times) => (times < 4 ? Promise.reject(new TypeError('fetch failed')) : jwt({ sub: 'ana' })),
  });
  await clock.advance(0);
  await until(() => tertulia.state === 'offline');
  assert.equal(tertulia.why, 'no_token');
  for (let i = 0; i < 3; i++) {
    await clock.advance(5_000);
    await until(() => asked.length >= 2 + i);
  }
  await until(() => tertulia.state === 'online');
  assert.deepEqual(asked, ['first', 'first', 'first', 'first']);
});

test('a token that never comes counts as one that failed', async (t) => {
  const { clock, tertulia, asked } = await setUp(t, { answer: (why, times) => (times === 1 ? new Promise(() => {}) : jwt({ sub: 'ana' })) });
  await clock.advance(0);
  await until(() => asked.length === 1);
  await clock.advance(29_000);
  assert.equal(asked.length, 1);
  await until(async () => {
    await clock.advance(500);
    return tertulia.state === 'online';
  });
  assert.equal(asked.length, 2);
});

test('a token of somebody else stops: what waits is not theirs', async (t) => {
  const { server, clock, tertulia } = await setUp(t, { client: 'luis', answer: () => 'opaque' });
  tertulia.room('lobby').send('de luis').catch(() => {});
  await clock.advance(0);
  await until(() => tertulia.state === 'stopped');
  assert.equal(tertulia.why, 'unauthorized');
  assert.deepEqual(server.connections[0].frames.map(({ type }) => type), ['hello']);
});

test('a token as text is used as it is, and ends for good', async (t) => {
  const stand = await StandIn.start();
  t.after(() => stand.close());
  const client = new Clients(t).open(stand.address, { client: undefined, token: 'opaque', timing: HASTE });
  await until(() => client.state === 'online');
  stand.connections[0].close(4003);
  await until(() => client.state === 'stopped');
  assert.equal(client.why, 'token_expired');
});
