import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Clients, HASTE } from './clients.js';
import { Gateway } from './gateway.js';
import { Proxy } from './proxy.js';
import { seeded } from './seeded.js';
import { Server } from './server.js';
import { next, outcome, until } from './waiting.js';

let server;
before(async () => (server = await Server.start()));
after(() => server.close());

const HTTP = { transport: 'http', timing: HASTE };
let names = 0;
const roomName = () => `room-${++names}`;
const online = (client) => until(() => client.state === 'online');

async function gateway(t) {
  const made = await Gateway.to(() => server.port);
  t.after(() => made.close());
  return made;
}

/** Sends through the API, as somebody else. */
async function say(room, message, client = 'luis') {
  const response = await fetch(`${server.address}/api/v1/rooms/${room}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client, message }),
  });
  assert.equal(response.status, 201, await response.text());
}

/** The messages of a room as they come, with its gaps. */
function received(room) {
  const all = [];
  room.on('entry', ({ message }) => all.push(message));
  room.on('gap', () => all.push('gap'));
  return all;
}

test('receives, sends, notifies and reads over requests and a stream', async (t) => {
  const way = await gateway(t);
  const clients = new Clients(t);
  const ana = clients.open(way.address, HTTP);
  const states = [];
  ana.on('state', ({ state, via }) => states.push(`${state} ${via ?? ''}`.trim()));
  const room = ana.room(roomName());
  const entries = received(room);
  const notifications = [];
  ana.inbox.on('notification', ({ message }) => notifications.push(message));
  const text = 'hola\u2028 ¿qué tal? 🙂\n+%';
  const reply = await room.send(text);
  await until(() => entries.length);
  assert.deepEqual(entries, [text]);
  assert.equal(typeof reply.pos, 'string');
  await ana.notify('ana', 'para mí');
  await until(() => notifications.length);
  await ana.broadcast('para todos');
  await until(() => notifications.length > 1);
  assert.deepEqual(notifications, ['para mí', 'para todos']);
  const page = await room.history();
  assert.deepEqual(page.messages.map(({ message }) => message), [text]);
  assert.equal((await room.presence()).count, 1);
  assert.equal(states.at(-1), 'online http');
  assert.equal(way.upgrades, 0);
  assert.deepEqual(clients.errors, []);
});

test('a room that is joined later is there at once, and no other loses anything', async (t) => {
  const clients = new Clients(t);
  const ana = clients.open(server.address, HTTP);
  const names = Array.from({ length: 12 }, roomName);
  const rooms = new Map();
  await online(ana);
  const sent = [];
  for (const [i, name] of names.entries()) {
    const room = ana.room(name);
    rooms.set(name, received(room));
    const joined = next(room, 'joined');
    for (const other of names.slice(0, i + 1)) {
      sent.push([other, `${i}`]);
      await say(other, `${i}`);
    }
    assert.equal((await joined).recovered, true);
  }
  const expected = (name) => sent.filter(([room]) => room === name).map(([, message]) => message);
  await until(() => names.every((name) => rooms.get(name).length >= expected(name).length));
  for (const name of names) assert.deepEqual(rooms.get(name), expected(name));
  assert.deepEqual(clients.errors, []);
});

test('what was left does not come any more, and comes again when it is joined again', async (t) => {
  const clients = new Clients(t);
  const ana = clients.open(server.address, HTTP);
  const [one, other] = [roomName(), roomName()];
  const first = received(ana.room(one));
  const rest = received(ana.room(other));
  await say(one, 'a');
  await until(() => first.length);
  await ana.room(one).leave();
  await say(one, 'b');
  await say(other, 'c');
  await until(() => rest.length);
  assert.deepEqual(first, ['a']);
  const again = received(ana.room(one));
  await until(() => again.length === 2);
  assert.deepEqual(again, ['a', 'b']);
});

test('100 cuts: every entry once and in order, and every promise settles', async (t) => {
  const { between } = seeded('cuts');
  const proxy = await Proxy.to(() => server.port);
  t.after(() => proxy.close());
  const clients = new Clients(t);
  const ana = clients.open(proxy.address, { ...HTTP, inbox: true });
  const names = [roomName(), roomName()];
  const rooms = names.map((name) => ana.room(name));
  const entries = rooms.map(received);
  const own = [];
  const sent = [];
  await online(ana);
  for (let i = 0; i < 100; i++) {
    const which = between(0, 1);
    if (between(0, 1)) own.push(rooms[which].send(`${i}`));
    else sent.push(say(names[which], `${i}`));
    if (between(0, 2) === 0) await until(() => ana.state === 'online');
    else await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
  }
  await Promise.all([...own, ...sent]);
  for (const [i, name] of names.entries()) {
    const stored = (await server.messages(name)).map(({ message }) => message);
    await until(() => entries[i].length >= stored.length, `${entries[i].length} of ${stored.length} in ${name}`);
    assert.deepEqual(entries[i], stored);
    assert.equal(new Set(stored).size, stored.length);
  }
  assert.equal(ana.outgoing.length, 0);
});

for (const status of [502, 503]) {
  test(`outlives ${status}, for the stream and for requests`, async (t) => {
    const way = await gateway(t);
    const clients = new Clients(t);
    const ana = clients.open(way.address, HTTP);
    const name = roomName();
    const room = ana.room(name);
    const entries = received(room);
    await online(ana);
    way.failing = status;
    way.cut();
    await until(() => ana.state === 'offline');
    const sent = room.send('mine');
    await say(name, 'theirs');
    const before = way.requests.length;
    await until(() => way.requests.length > before + 3);
    way.failing = 0;
    await sent;
    await until(() => entries.length === 2);
    assert.deepEqual(entries, ['theirs', 'mine']);
    way.failing = status; // while the stream lives
    const late = room.send('late');
    await until(() => way.requests.filter((request) => request.startsWith('POST')).length > 3);
    way.failing = 0;
    await late;
    await until(() => entries.length === 3);
    assert.deepEqual(entries, ['theirs', 'mine', 'late']);
  });
}

test('a stream that stalls is replaced, and what it should have brought comes', async (t) => {
  const way = await gateway(t);
  const clients = new Clients(t);
  const ana = clients.open(way.address, HTTP);
  const name = roomName();
  const entries = received(ana.room(name));
  await online(ana);
  await say(name, 'a');
  await until(() => entries.length);
  way.swallowing = true;
  await say(name, 'b');
  await until(() => ana.state !== 'online');
  way.swallowing = false;
  await until(() => entries.length === 2);
  assert.deepEqual(entries, ['a', 'b']);
});

test('what the server refuses is rejected with its code, and the line lives', async (t) => {
  const clients = new Clients(t);
  const ana = clients.open(server.address, HTTP);
  const room = ana.room(roomName());
  await online(ana);
  assert.equal((await outcome(room.send('x', { reply_to: 999_999_999 }))).error.code, 'not_found');
  await room.send('one', { id: 'same' });
  assert.equal((await outcome(room.send('two', { id: 'same' }))).error.code, 'conflict');
  assert.equal((await outcome(room.send('x'.repeat(70_000)))).error.code, 'too_large');
  assert.equal(ana.state, 'online');
});

test('a 51st room is refused, because a stream holds no more', async (t) => {
  const ana = new Clients(t).open(server.address, HTTP);
  await online(ana);
  const rooms = Array.from({ length: 51 }, () => ana.room(roomName()));
  const refused = next(rooms[50], 'refused');
  await Promise.all(rooms.slice(0, 50).map((room) => next(room, 'joined')));
  assert.equal((await refused).code, 'invalid');
});

test('a client that may not have a stream stops', async (t) => {
  const ana = new Clients(t).open(server.address, { ...HTTP, client: '~reserved' });
  const { why } = await next(ana, 'state', ({ state }) => state === 'stopped');
  assert.equal(why, 'protocol_error');
});

test('where WebSocket does not come through three times, requests do', async (t) => {
  const way = await gateway(t);
  const ana = new Clients(t).open(way.address, { timing: HASTE });
  const name = roomName();
  const entries = received(ana.room(name));
  const { via } = await next(ana, 'state', ({ state }) => state === 'online');
  assert.equal(via, 'http');
  assert.equal(way.upgrades, 3);
  await say(name, 'hola');
  await until(() => entries.length);
});

test('WebSocket is tried again from time to time: until it comes through, the client stays online', async (t) => {
  const way = await gateway(t);
  const ana = new Clients(t).open(way.address, { timing: { ...HASTE, upgrade: 20 } });
  const states = [];
  ana.on('state', ({ state, via }) => states.push(`${state} ${via ?? ''}`.trim()));
  const room = ana.room(roomName());
  const entries = received(room);
  await until(() => states.at(-1) === 'online http');
  states.length = 0;
  await until(() => way.upgrades >= 6);
  assert.deepEqual(states, []);
  const sent = [room.send('a')];
  way.upgrading = true;
  for (const text of ['b', 'c', 'd']) sent.push(room.send(text));
  await until(() => states.at(-1) === 'online websocket');
  assert.deepEqual(states, ['connecting', 'online websocket']);
  sent.push(room.send('e'));
  await Promise.all(sent);
  await until(() => entries.length === 5);
  assert.deepEqual(entries, ['a', 'b', 'c', 'd', 'e']);
  await until(() => !way.streams);
});
