import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryStore } from '../src/index.js';
import { byClock, Clients, countedWebSockets, HASTE } from './clients.js';
import { ManualClock } from './manual-clock.js';
import { Proxy } from './proxy.js';
import { seeded } from './seeded.js';
import { StandIn } from './stand-in.js';
import { next, outcome, until } from './waiting.js';

async function standIn(t) {
  const server = await StandIn.start();
  t.after(() => server.close());
  return server;
}

test('says hello first, with its device, rooms and inbox, on the path of its client', async (t) => {
  const server = await standIn(t);
  const client = new Clients(t).open(`${server.address}/under/`, { client: 'a:b', device: 'd', name: 'Ana' });
  client.room('lobby');
  server.onFrame = (frame, connection) => frame.type === 'hello' && (server.welcome(frame, connection, 'a:b'), true);
  await next(client, 'state', ({ state }) => state === 'online');
  const [{ url, frames }] = server.connections;
  assert.equal(url, '/under/ws/a%3Ab');
  assert.deepEqual({ ...frames[0], ref: 0 }, { type: 'hello', ref: 0, device: 'd', rooms: { lobby: null }, inbox: null });
});

const RETRIED = { 1001: 'going_away', 1011: 'internal', 1013: 'lost', 4001: 'slow_consumer', 4002: 'heartbeat', 4004: 'overloaded', 4099: 'odd' };
for (const [code, why] of Object.entries(RETRIED)) {
  test(`connects again after ${code}`, async (t) => {
    const server = await standIn(t);
    const client = new Clients(t).open(server.address, { timing: HASTE });
    await until(() => server.connections[0]?.frames.length);
    const offline = next(client, 'state', ({ state }) => state === 'offline');
    server.connections[0].close(Number(code), 'odd');
    assert.equal((await offline).why, why);
    await next(client, 'state', ({ state }) => state === 'online');
    assert.equal(server.connections.length, 2);
  });
}

const STOPPED = {
  1002: 'protocol_error', 1003: 'protocol_error', 1007: 'protocol_error', 1009: 'too_large',
  4003: 'token_expired', 4500: 'unauthorized', 4501: 'disconnected', 4502: 'too_many_connections', 4999: 'odd',
};
for (const [code, why] of Object.entries(STOPPED)) {
  test(`stops after ${code}, until somebody connects it`, async (t) => {
    const server = await standIn(t);
    const clock = new ManualClock();
    const client = new Clients(t).open(server.address, { timing: byClock(clock) });
    await clock.advance(0);
    await until(() => client.state === 'online');
    const sent = outcome(client.notify('luis', 'hola'));
    await until(() => client.outgoing.length === 0);
    assert.ok((await sent).value);
    const waiting = outcome(client.rooms({ signal: new AbortController().signal }));
    await waiting;
    server.onFrame = ({ type }) => type !== 'hello';
    const unanswered = [outcome(client.notify('luis', 'adiós')), outcome(client.rooms())];
    await until(() => server.connections[0].frames.some(({ message }) => message === 'adiós'));
    server.connections[0].close(Number(code), 'odd');
    await until(() => client.state === 'stopped');
    assert.equal(client.why, why);
    assert.deepEqual((await Promise.all(unanswered)).map(({ error }) => error.code), ['stopped', 'stopped']);
    await clock.advance(600_000);
    assert.equal(server.connections.length, 1);
    server.onFrame = () => false;
    client.connect();
    await clock.advance(0);
    await until(() => client.state === 'online');
    await until(() => server.connections[1].frames.some(({ message }) => message === 'adiós'));
  });
}

test('stops when the server ends it instead of a welcome', async (t) => {
  const server = await standIn(t);
  const clock = new ManualClock();
  server.onFrame = ({ type }, connection) => type === 'hello' && (connection.close(4500, 'unauthorized'), true);
  const client = new Clients(t).open(server.address, { timing: byClock(clock) });
  await clock.advance(0);
  await until(() => client.state === 'stopped');
  assert.equal(client.why, 'unauthorized');
  await clock.advance(600_000);
  assert.equal(client.state, 'stopped');
  assert.equal(server.connections.length, 1);
});

test('waits as long as a draining server says, also when it wakes', async (t) => {
  const server = await standIn(t);
  const clock = new ManualClock();
  const scope = new EventTarget();
  const client = new Clients(t).open(server.address, { timing: byClock(clock, { scope }) });
  await clock.advance(0);
  await until(() => client.state === 'online');
  const offline = next(client, 'state', ({ state }) => state === 'offline');
  server.connections[0].close(4000, 'draining 12345');
  const { why, retryAt } = await offline;
  assert.equal(why, 'draining');
  assert.equal(retryAt - clock.now(), 12_345);
  scope.dispatchEvent(new Event('online'));
  await clock.advance(12_344);
  assert.equal(server.connections.length, 1);
  await clock.advance(1);
  await until(() => client.state === 'online');
});

test('a wake cuts short a wait that the server did not ask for, as far as ten attempts a minute permit', async (t) => {
  const server = await standIn(t);
  const clock = new ManualClock();
  const scope = new EventTarget();
  const client = new Clients(t).open(server.address, { timing: byClock(clock, { scope, random: () => 0.999 }) });
  await clock.advance(0);
  for (let attempt = 1; attempt <= 10; attempt++) {
    await until(() => client.state === 'online');
    assert.equal(server.connections.length, attempt);
    server.connections.at(-1).cut();
    await until(() => client.state === 'offline');
    scope.dispatchEvent(new Event('focus'));
    await clock.advance(0);
  }
  await clock.advance(59_999);
  assert.equal(server.connections.length, 10);
  await clock.advance(1);
  await until(() => client.state === 'online');
});

for (const welcoming of [false, true]) {
  test(`a server that upgrades, ${welcoming ? 'welcomes ' : ''}and closes with 4004 gets ten attempts a minute, and ever fewer`, async (t) => {
    const server = await standIn(t);
    const clock = new ManualClock();
    if (welcoming) server.onFrame = (frame, connection) => frame.type === 'hello' && (server.welcome(frame, connection), connection.close(4004, 'overloaded'), true);
    else server.onConnection = (connection) => connection.close(4004, 'overloaded');
    const client = new Clients(t).open(server.address, { timing: byClock(clock, { random: () => 0.5 }) });
    const times = [];
    const began = clock.now();
    await clock.advance(0);
    for (let minute = 0; minute < 10; ) {
      await until(() => client.state === 'offline');
      times.push(clock.now() - began);
      const offline = next(client, 'state', ({ state }) => state === 'offline');
      while (client.state === 'offline') await clock.advance(250);
      await offline;
      minute = (clock.now() - began) / 60_000;
    }
    const inMinute = (start) => times.filter((time) => time >= start && time < start + 60_000).length;
    assert.ok(times.every((time) => inMinute(time) <= 10), `${times}`);
    assert.ok(inMinute(120_000) <= 5, `${times}`);
  });
}

test('thirty seconds after welcome the next wait is the shortest again', async (t) => {
  const server = await standIn(t);
  const clock = new ManualClock();
  const client = new Clients(t).open(server.address, { timing: byClock(clock, { random: () => 0.999, attempts: 100 }) });
  await clock.advance(0);
  const wait = async (lived) => {
    await until(() => client.state === 'online');
    await clock.advance(lived);
    const offline = next(client, 'state', ({ state }) => state === 'offline');
    server.connections.at(-1).cut();
    const ms = (await offline).retryAt - clock.now();
    await clock.advance(ms);
    return ms;
  };
  assert.ok((await wait(1_000)) <= 500);
  assert.ok((await wait(1_000)) > 900);
  assert.ok((await wait(1_000)) > 1_900);
  assert.ok((await wait(24_000)) > 3_900);
  await until(() => client.state === 'online');
  for (let heard = 0; heard < 2; heard++) {
    await clock.advance(25_000);
    await until(() => server.connections.at(-1).frames.filter(({ type }) => type === 'ping').length > heard);
  }
  assert.ok((await wait(0)) <= 500);
});

test('50 cuts: nothing that is queued leaves before welcome', async (t) => {
  const server = await standIn(t);
  const { between } = seeded(t.name);
  const welcomed = new Set();
  const early = [];
  const replied = new Map();
  server.onFrame = (frame, connection) => {
    if (frame.type === 'hello') {
      setTimeout(() => {
        welcomed.add(connection);
        if (connection.open) server.welcome(frame, connection);
      }, between(0, 5));
      return true;
    }
    if (!welcomed.has(connection)) early.push(frame);
    if (frame.type === 'chat') replied.set(frame.id, frame.message);
    return false;
  };
  server.onConnection = (connection, number) => number <= 50 && setTimeout(() => connection.cut(), between(0, 12));
  const client = new Clients(t).open(server.address, { timing: HASTE });
  const room = client.room('lobby');
  const promises = [];
  for (let i = 0; i < 200; i++) {
    promises.push(room.send(`m${i}`), client.rooms(), room.history());
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, between(0, 20)));
  }
  await until(() => server.connections.length > 50);
  await Promise.all(promises);
  assert.deepEqual(early, []);
  assert.ok(server.connections.every(({ frames }) => frames.length === 0 || frames[0].type === 'hello'));
  assert.deepEqual([...replied.values()], Array.from({ length: 200 }, (_, i) => `m${i}`));
});

test('200 cuts and timeouts during handshakes: never two connections, and none after close', async (t) => {
  const server = await standIn(t);
  const proxy = await Proxy.to(() => server.port);
  t.after(() => proxy.close());
  const { between, random } = seeded(t.name);
  const counted = countedWebSockets();
  // Slower than an attempt may take, now and then: then its late end must not be that of the next.
  proxy.delay = () => between(0, 12);
  const timing = { ...HASTE, shortest: 1, longest: 4, attempt: 40 };
  const client = new Clients(t).open(proxy.address, { WebSocket: counted.WebSocket, timing });
  client.room('lobby');
  let cuts = 0;
  client.on('state', ({ state }) => {
    if (state === 'offline') cuts++;
    if (state === 'connecting' && random() < 0.7) setTimeout(() => proxy.cut(), between(0, 60));
    if (state === 'online') setTimeout(() => proxy.cut(), between(0, 10));
  });
  await until(() => cuts >= 200);
  assert.equal(counted.most, 1);
  proxy.delay = () => 0;
  await client.close();
  const { made } = counted;
  await until(() => proxy.connections.size === 0);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(counted.made, made);
  assert.equal(server.open.length, 0);
});

test('hello refused for now is said again; refused for good stops', async (t) => {
  const server = await standIn(t);
  let refusals = 0;
  server.onFrame = ({ type, ref }, connection) => {
    if (type !== 'hello' || refusals >= 2) return false;
    refusals++;
    connection.send({ type: 'error', ref, code: 'rate_limited', message: 'x', retry: true, retry_after: 1 });
    return true;
  };
  const client = new Clients(t).open(server.address, { timing: HASTE });
  await until(() => client.state === 'online');
  assert.equal(server.connections.length, 3);
  server.onFrame = ({ type, ref }, connection) => type === 'hello' && (connection.send({ type: 'error', ref, code: 'invalid', message: 'x', retry: false }), true);
  server.connections.at(-1).cut();
  await until(() => client.state === 'stopped');
  assert.equal(client.why, 'invalid');
});

test('1,000 cuts: every promise settles', async (t) => {
  const server = await standIn(t);
  const { between, pick } = seeded(t.name);
  const client = new Clients(t).open(server.address, { timing: { ...HASTE, shortest: 1, longest: 2 }, store: memoryStore() });
  const room = client.room('lobby');
  let cuts = 0;
  const promises = [];
  server.onFrame = (frame, connection) => {
    if (cuts < 1_000 && frame.type !== 'hello' && between(0, 2) === 0) {
      cuts++;
      connection.cut();
      return true;
    }
    return cuts < 1_000 && frame.type !== 'hello' && between(0, 9) === 0 && (cuts++, connection.close(1001), true);
  };
  const requests = [() => room.send('hola'), () => room.history(), () => room.presence(), () => client.notify('luis', 'x'), () => client.rooms(), () => client.inbox.page()];
  while (cuts < 1_000) {
    promises.push(pick(requests)());
    if (promises.length % 8 === 0) await Promise.race([...promises.slice(-8), new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  const results = await Promise.allSettled(promises);
  assert.deepEqual(results.filter(({ status }) => status !== 'fulfilled'), []);
  const last = [outcome(room.send('x')), outcome(room.history()), outcome(client.rooms())];
  server.onFrame = () => true;
  await client.close();
  last.push(outcome(room.send('y')), outcome(client.rooms()), outcome(room.history()));
  for (const { error } of await Promise.all(last)) assert.equal(error?.code, 'closed');
});

test('a line that lives and does not answer a request is cut, and the request is sent again', async (t) => {
  const server = await standIn(t);
  const clock = new ManualClock();
  const client = new Clients(t).open(server.address, { timing: byClock(clock) });
  await clock.advance(0);
  await until(() => client.state === 'online');
  server.onFrame = ({ type }) => server.connections.length === 1 && ['chat', 'history'].includes(type);
  const room = client.room('lobby');
  const replies = [outcome(room.send('hola')), outcome(room.history())];
  const [first] = server.connections;
  const asked = () => first.frames.filter(({ type }) => ['chat', 'history'].includes(type));
  await until(() => asked().length === 2);
  // It answers pings, and something comes every second.
  for (let second = 1; second <= 60 && client.state === 'online'; second++) {
    const heard = next(room, 'typing');
    first.send({ type: 'typing', room: 'lobby', client: 'luis' });
    await heard;
    await clock.advance(1_000);
    if (second <= 30) assert.equal(client.state, 'online');
  }
  assert.equal(client.state, 'offline');
  await clock.advance(1_000);
  await until(() => client.state === 'online');
  assert.equal(server.connections.length, 2);
  for (const { error } of await Promise.all(replies)) assert.equal(error, undefined);
  const again = server.connections[1].frames.find(({ type }) => type === 'chat');
  assert.equal(again.id, asked().find(({ type }) => type === 'chat').id);
});

test('an aborted request is rejected at once, online or not', async (t) => {
  const server = await standIn(t);
  server.onFrame = ({ type }) => type !== 'hello';
  const client = new Clients(t).open(server.address, { timing: HASTE });
  const offline = new AbortController();
  const early = outcome(client.rooms({ signal: offline.signal }));
  offline.abort();
  assert.equal((await early).error.code, 'aborted');
  await until(() => client.state === 'online');
  const online = new AbortController();
  const room = client.room('lobby');
  const late = [outcome(client.rooms({ signal: online.signal })), outcome(room.send('x', { signal: online.signal }))];
  await until(() => server.connections[0].frames.filter(({ type }) => ['rooms', 'chat'].includes(type)).length === 2);
  online.abort();
  for (const { error } of await Promise.all(late)) assert.equal(error.code, 'aborted');
});

test('a frame longer than the server takes is refused here, since it would end every connection', async (t) => {
  const server = await standIn(t);
  const client = new Clients(t).open(server.address);
  const { error } = await outcome(client.room('lobby').send('á'.repeat(140_000)));
  assert.equal(error.code, 'too_large');
  assert.equal(client.outgoing.length, 0);
});
