import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryStore } from '../src/index.js';
import { Clients, HASTE, onEachTransport } from './clients.js';
import { Proxy } from './proxy.js';
import { Server } from './server.js';
import { StandIn } from './stand-in.js';
import { next, outcome, until } from './waiting.js';

let server;
before(async () => (server = await Server.start()));
after(() => server.close());

let rooms = 0;
const newRoom = (prefix = '') => `${prefix}room-${++rooms}`;

/** A room of a client, over a proxy, with what its handlers received, in order. */
async function member(t, clients, name, options = {}) {
  const proxy = options.proxy ?? (await Proxy.to(() => server.port));
  if (!options.proxy) t.after(() => proxy.close());
  const client = clients.open(proxy.address, { timing: HASTE, inbox: false, ...options });
  const room = client.room(name, options);
  const heard = [];
  room.on('entry', (entry) => heard.push(entry));
  room.on('gap', () => heard.push('gap'));
  room.on('refused', ({ code }) => heard.push(`refused: ${code}`));
  await next(room, 'joined');
  return { proxy, client, room, heard, texts: () => heard.map((entry) => entry.message ?? entry) };
}

async function standIn(t) {
  const stand = await StandIn.start();
  t.after(() => stand.close());
  return stand;
}

const chat = (n, more = {}) => ({ type: 'chat', room: 'lobby', offset: n, pos: `t:${n}`, id: `i${n}`, client: 'luis', sender: 'Luis', message: `m${n}`, time: n, ...more });
const joined = (more) => ({ type: 'joined', room: 'lobby', recovered: true, messages: [], more: false, count: 1, ...more });

onEachTransport('a first join brings the newest messages with their amendments, and then what comes', async (t, transport) => {
  const clients = new Clients(t, transport);
  const luis = (await member(t, clients, newRoom(), { client: 'luis' })).room;
  const { offset } = await luis.send('one', { sender: 'Luis', data: { a: 1 } });
  await luis.send('two', { reply_to: offset });
  await luis.edit(offset, 'ONE');
  await luis.react(offset, '👍');
  const ana = await member(t, clients, luis.name);
  await until(() => ana.heard.length === 4);
  await luis.delete(offset);
  await until(() => ana.heard.length === 5);
  assert.deepEqual(ana.heard.map(({ type }) => type), ['chat', 'chat', 'edited', 'reaction', 'deleted']);
  assert.equal(ana.heard[1].reply_to, offset);
  assert.equal(ana.heard[0].sender, 'Luis');
  assert.deepEqual(ana.heard[0].data, { a: 1 });
  assert.equal(ana.room.position, ana.heard[4].pos);
});

onEachTransport('the name of a client is the sender, unless it says otherwise', async (t, transport) => {
  const clients = new Clients(t, transport);
  const ana = await member(t, clients, newRoom(), { name: 'Ana' });
  await ana.room.send('one');
  ana.client.name = 'Anita';
  await ana.room.send('two');
  await ana.room.send('three', { sender: 'A.' });
  await until(() => ana.heard.length === 3);
  assert.deepEqual(ana.heard.map(({ sender }) => sender), ['Ana', 'Anita', 'A.']);
});

onEachTransport('a room of its own page: limit says how many messages a first join brings', async (t, transport) => {
  const clients = new Clients(t, transport);
  const luis = (await member(t, clients, newRoom(), { client: 'luis' })).room;
  for (let i = 0; i < 10; i++) await luis.send(`m${i}`);
  const ana = await member(t, clients, luis.name, { limit: 3 });
  await until(() => ana.heard.length === 3);
  assert.deepEqual(ana.texts(), ['m7', 'm8', 'm9']);
  ana.proxy.cut();
  await luis.send('m10');
  await until(() => ana.heard.length === 4);
  assert.deepEqual(ana.texts(), ['m7', 'm8', 'm9', 'm10']);
});

onEachTransport('600 entries that were missed come once and in order, before what is new', async (t, transport) => {
  const clients = new Clients(t, transport);
  const ana = await member(t, clients, newRoom());
  await ana.room.send('first');
  await until(() => ana.heard.length === 1);
  ana.proxy.refusing = true;
  ana.proxy.cut();
  const post = (message) => server.api('POST', `/rooms/${ana.room.name}/messages`, { client: 'luis', message });
  for (let i = 0; i < 600; i += 50) await Promise.all(Array.from({ length: 50 }, (_, j) => post(`m${i + j}`)));
  ana.proxy.refusing = false;
  await until(() => ana.heard.length > 100);
  await post('last');
  await until(() => ana.heard.length === 602);
  const stored = (await server.messages(ana.room.name)).map(({ message }) => message);
  assert.equal(stored.length, 602);
  assert.deepEqual(ana.texts(), stored);
});

onEachTransport('another log is told as a gap, and what it has comes then', async (t, transport) => {
  const other = await Server.start();
  t.after(() => other.close());
  const clients = new Clients(t, transport);
  const name = newRoom();
  await clients.open(other.address, { client: 'luis' }).room(name).send('elsewhere');
  let target = server;
  const proxy = await Proxy.to(() => target.port);
  t.after(() => proxy.close());
  const room = clients.open(proxy.address, { timing: HASTE }).room(name);
  const heard = [];
  room.on('entry', ({ message }) => heard.push(message));
  room.on('gap', () => heard.push('gap'));
  await room.send('here');
  await until(() => heard.length === 1);
  target = other;
  proxy.cut();
  await until(() => heard.length === 3);
  assert.deepEqual(heard, ['here', 'gap', 'elsewhere']);
});

test('after a gap, what was delivered lately does not come again', async (t) => {
  const stand = await standIn(t);
  const room = new Clients(t).open(stand.address, { timing: HASTE }).room('lobby');
  const heard = [];
  room.on('entry', ({ message }) => heard.push(message));
  room.on('gap', () => heard.push('gap'));
  await next(room, 'joined');
  const [connection] = stand.connections;
  for (const n of [1, 2, 4]) connection.send(chat(n));
  // An entry could not be delivered: the server begins again with the newest.
  connection.send(joined({ recovered: false, after: 't:5', messages: [1, 2, 3, 4, 5].map((n) => chat(n)) }));
  connection.send(chat(6));
  await until(() => heard.length === 7);
  assert.deepEqual(heard, ['m1', 'm2', 'm4', 'gap', 'm3', 'm5', 'm6']);
});

onEachTransport('in a room that keeps nothing, a cut is a gap', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom('signal.');
  const luis = (await member(t, clients, name, { client: 'luis' })).room;
  const ana = await member(t, clients, name);
  await luis.send('one');
  await until(() => ana.heard.length === 1);
  assert.equal(ana.room.position, null);
  const again = next(ana.room, 'joined');
  ana.proxy.cut();
  assert.equal((await again).first, false);
  await luis.send('two');
  await until(() => ana.heard.length === 3);
  assert.deepEqual(ana.texts(), ['one', 'gap', 'two']);
});

test('five cuts before the first entry of a resumed room: each attempt carries the same position', async (t) => {
  const stand = await standIn(t);
  stand.onFrame = (frame, connection) => {
    if (frame.type !== 'hello' || stand.connections.length === 1 || stand.connections.length > 6) return false;
    connection.send({ type: 'welcome', ref: frame.ref, client: 'ana' });
    if (stand.connections.length % 2) connection.send(joined({ after: 't:7', more: true }));
    setTimeout(() => connection.cut(), 5);
    return true;
  };
  const room = new Clients(t).open(stand.address, { timing: HASTE }).room('lobby');
  await next(room, 'joined');
  stand.connections[0].send(chat(7));
  await until(() => room.position === 't:7');
  stand.connections[0].cut();
  await until(() => stand.connections[6]?.frames.length);
  const positions = stand.connections.slice(1).map(({ frames }) => frames[0].rooms.lobby);
  assert.deepEqual(positions, Array(6).fill('t:7'));
});

test('the reply to a message of its own does not move the position while older entries still come', async (t) => {
  const stand = await standIn(t);
  stand.onFrame = (frame, connection) => {
    if (frame.type !== 'chat') return false;
    connection.send({ type: 'ok', ref: frame.ref, room: 'lobby', offset: 9, pos: 't:9', id: frame.id, time: 1 });
    setTimeout(() => connection.cut(), 20);
    return true;
  };
  const client = new Clients(t).open(stand.address, { timing: HASTE });
  const room = client.room('lobby');
  await next(room, 'joined');
  stand.connections[0].send(joined({ after: 't:3', messages: [chat(3)], more: true }));
  await until(() => room.position === 't:3');
  assert.equal((await room.send('hola')).pos, 't:9');
  await until(() => stand.connections[1]?.frames.length);
  assert.equal(stand.connections[1].frames[0].rooms.lobby, 't:3');
});

test('caught_up moves the position to the end of the replay', async (t) => {
  const stand = await standIn(t);
  const room = new Clients(t).open(stand.address, { timing: HASTE }).room('lobby');
  await next(room, 'joined');
  stand.connections[0].send(joined({ after: 't:3', messages: [chat(3)], more: true }));
  stand.connections[0].send(chat(4));
  stand.connections[0].send({ type: 'caught_up', room: 'lobby', pos: 't:8' });
  await until(() => room.position === 't:8');
});

onEachTransport('a handler that throws is reported once, and the next entry comes', async (t, transport) => {
  const clients = new Clients(t, transport);
  const ana = await member(t, clients, newRoom());
  ana.room.on('entry', ({ message }) => {
    if (message === 'one') throw new Error('broken');
  });
  ana.room.on('entry', async ({ message }) => {
    if (message === 'two') throw new Error('broken later');
  });
  const last = [];
  ana.room.on('entry', ({ message }) => last.push(message));
  for (const text of ['one', 'two', 'three']) await ana.room.send(text);
  await until(() => last.length === 3);
  assert.deepEqual(last, ['one', 'two', 'three']);
  assert.equal(ana.client.state, 'online');
  assert.equal(ana.room.position, ana.heard[2].pos);
  const where = `a handler of 'entry' in room '${ana.room.name}'`;
  assert.deepEqual(clients.errors, [`${where}: Error: broken`, `${where}: Error: broken later`]);
});

test('a message sent after a cut does not overtake one that is not confirmed', async (t) => {
  const stand = await standIn(t);
  const arrived = [];
  stand.onFrame = (frame, connection) => {
    if (frame.type !== 'chat') return false;
    arrived.push(frame.message);
    if (stand.connections.length > 1) return false;
    connection.cut();
    return true;
  };
  const room = new Clients(t).open(stand.address, { timing: HASTE }).room('lobby');
  const a = room.send('A');
  await until(() => stand.connections.length === 2);
  const b = room.send('B');
  await Promise.all([a, b]);
  assert.deepEqual(arrived, ['A', 'A', 'B']);
  const ids = stand.connections.flatMap(({ frames }) => frames.filter(({ message }) => message === 'A').map(({ id }) => id));
  assert.equal(new Set(ids).size, 1);
});

onEachTransport('what is refused fails alone, with the code of the server', async (t, transport) => {
  const clients = new Clients(t, transport);
  const { room } = await member(t, clients, newRoom());
  const outcomes = await Promise.all(
    [room.send('one'), room.edit(999_999, 'x'), room.send('x'.repeat(70_000)), room.send('two')].map(outcome),
  );
  assert.deepEqual(outcomes.map(({ error }) => error?.code), [undefined, 'not_found', 'too_large', undefined]);
  assert.ok(outcomes[1].error.message.length > 0);
  assert.equal(room.outgoing.length, 0);
});

onEachTransport('what waits in a room is shown, and when it changes', async (t, transport) => {
  const clients = new Clients(t, transport);
  const { room, proxy } = await member(t, clients, newRoom());
  const changes = [];
  room.on('outgoing', (items) => changes.push(items.map(({ frame, state }) => `${frame.message} ${state}`).join()));
  proxy.refusing = true;
  proxy.cut();
  const sent = room.send('one');
  assert.deepEqual(room.outgoing.map(({ frame }) => frame.message), ['one']);
  proxy.refusing = false;
  await sent;
  await until(() => changes.at(-1) === '');
  assert.deepEqual([...new Set(changes)], ['one waiting', 'one sending', '']);
});

onEachTransport('leaving ends it: presence, entries, iterators; and joining again is a room of its own', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom();
  const luis = await member(t, clients, name, { client: 'luis' });
  const ana = await member(t, clients, name);
  const all = (async () => {
    const texts = [];
    for await (const { message } of ana.room.entries()) texts.push(message);
    return texts;
  })();
  await luis.room.presence();
  await luis.room.send('one');
  await until(() => ana.heard.length === 1);
  const left = next(luis.room, 'presence', ({ event }) => event === 'left');
  await ana.room.leave();
  assert.equal((await left).client, 'ana');
  assert.deepEqual(await all, ['one']);
  await luis.room.send('two');
  const again = ana.client.room(name);
  assert.notEqual(again, ana.room);
  assert.equal(ana.client.room(name), again);
  const texts = [];
  again.on('entry', ({ message }) => texts.push(message));
  await luis.room.send('three');
  await until(() => texts.length === 3);
  assert.deepEqual(texts, ['one', 'two', 'three']);
  assert.deepEqual(ana.texts(), ['one']);
});

onEachTransport('left and entered again at once, twenty times, while entries come: each once and in order', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom();
  const luis = await member(t, clients, name, { client: 'luis' });
  const ana = await member(t, clients, name);
  let sending = true;
  const sender = (async () => {
    for (let i = 0; sending; i++) await luis.room.send(`${i}`);
  })();
  let room = ana.room;
  for (let i = 0; i < 20; i++) {
    room.leave();
    room = ana.client.room(name);
    const offsets = [];
    room.on('entry', ({ offset }) => offsets.push(offset));
    await until(() => offsets.length > 50);
    assert.deepEqual(offsets, [...new Set(offsets)].sort((one, other) => one - other));
  }
  sending = false;
  await sender;
});

test('a room that is left while hello is under way is left at the server too', async (t) => {
  const stand = await standIn(t);
  const client = new Clients(t).open(stand.address, { timing: HASTE });
  const room = client.room('lobby');
  stand.onFrame = (frame, connection) => {
    if (frame.type !== 'hello') return false;
    room.leave().then(() => stand.welcome(frame, connection));
    return true;
  };
  await until(() => stand.connections[0]?.frames.some(({ type }) => type === 'leave'));
});

onEachTransport('a room that may not be entered says refused; a member that is removed too, and what it sends is forbidden', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom('team.');
  await server.api('PUT', `/rooms/${name}/members/luis`);
  const room = clients.open(server.address, { timing: HASTE }).room(name);
  assert.equal((await next(room, 'refused')).code, 'forbidden');
  await server.api('PUT', `/rooms/${name}/members/ana`);
  const ana = await member(t, clients, name);
  await server.api('DELETE', `/rooms/${name}/members/ana`);
  await until(() => ana.heard.length === 1);
  assert.deepEqual(ana.heard, ['refused: forbidden']);
  assert.equal((await outcome(ana.room.send('x'))).error.code, 'forbidden');
  await server.api('PUT', `/rooms/${name}/members/ana`);
  const again = next(ana.room, 'joined');
  ana.proxy.cut();
  await again;
});

test('a join that the server cannot do at the moment is repeated', async (t) => {
  const stand = await standIn(t);
  stand.onFrame = (frame, connection) => {
    if (frame.type !== 'hello') return false;
    connection.send({ type: 'welcome', ref: frame.ref, client: 'ana' });
    connection.send({ type: 'error', room: 'lobby', code: 'unavailable', message: 'x', retry: true, retry_after: 1 });
    return true;
  };
  const room = new Clients(t).open(stand.address).room('lobby');
  const refused = [];
  room.on('refused', (error) => refused.push(error));
  await next(room, 'joined');
  assert.deepEqual(refused, []);
});

onEachTransport('presence: who is here, who comes and goes, also over a cut', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom();
  const ana = await member(t, clients, name);
  const luis = await member(t, clients, name, { client: 'luis' });
  const { members, count } = await ana.room.presence();
  assert.deepEqual(members.map(({ client }) => client).sort(), ['ana', 'luis']);
  assert.equal(count, 2);
  const events = [];
  ana.room.on('presence', ({ event, client }) => {
    // That Luis has come, and ana herself, may be told before she has asked who is here, or shortly after.
    if (client !== 'ana' && (client !== 'luis' || event !== 'joined')) events.push(`${client} ${event}`);
  });
  await member(t, clients, name, { client: 'eva' });
  await until(() => events.length === 1);
  ana.proxy.refusing = true;
  ana.proxy.cut();
  await luis.client.close();
  await member(t, clients, name, { client: 'rosa' });
  await until(async () => (await server.api('GET', `/rooms/${name}/presence`)).members.every(({ client }) => client !== 'ana' && client !== 'luis'));
  ana.proxy.refusing = false;
  await until(() => events.length === 3);
  assert.deepEqual(events, ['eva joined', 'luis left', 'rosa joined']);
});

onEachTransport('typing is told at most once in three seconds; read markers only move on', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom();
  const ana = await member(t, clients, name, { name: 'Ana' });
  const luis = await member(t, clients, name, { client: 'luis' });
  const events = [];
  luis.room.on('typing', ({ client, sender }) => events.push(`typing ${client} ${sender}`));
  luis.room.on('read', ({ client, offset }) => events.push(`read ${client} ${offset}`));
  const offsets = [];
  for (let i = 0; i < 5; i++) offsets.push((await luis.room.send(`${i}`)).offset);
  for (let i = 0; i < 5; i++) ana.room.typing();
  await until(() => events.length === 1);
  ana.proxy.refusing = true;
  ana.proxy.cut();
  await until(() => ana.client.state === 'offline');
  for (const offset of [offsets[0], offsets[3], offsets[1]]) ana.room.read(offset);
  ana.proxy.refusing = false;
  await until(() => events.length === 2);
  ana.room.read(offsets[2]);
  ana.room.read(offsets[4]);
  await until(() => events.length === 3);
  assert.deepEqual(events, ['typing ana Ana', `read ana ${offsets[3]}`, `read ana ${offsets[4]}`]);
  const listed = (await ana.client.rooms()).find(({ room }) => room === name);
  assert.deepEqual(listed, { room: name, head: offsets[4], read: offsets[4], unread: 0 });
});

onEachTransport('history is read over cuts, in both directions', async (t, transport) => {
  const clients = new Clients(t, transport);
  const { room, proxy, client } = await member(t, clients, newRoom());
  const offsets = [];
  for (let i = 0; i < 6; i++) offsets.push((await room.send(`${i}`)).offset);
  proxy.refusing = true;
  proxy.cut();
  await until(() => client.state === 'offline');
  const pages = [room.history({ limit: 2 }), room.history({ before: offsets[2] }), room.history({ after: offsets[3], limit: 1 })];
  proxy.refusing = false;
  const texts = (await Promise.all(pages)).map(({ messages, more }) => [messages.map(({ message }) => message).join(''), more]);
  assert.deepEqual(texts, [['45', true], ['01', false], ['4', true]]);
});

onEachTransport('with resume, a position in the store: the next start begins where the handlers were', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom();
  const store = memoryStore();
  const luis = await member(t, clients, name, { client: 'luis' });
  await luis.room.send('one');
  const { proxy } = luis;
  const first = await member(t, clients, name, { store, resume: true, proxy });
  await until(() => first.heard.length === 1);
  await first.client.close();
  await luis.room.send('two');
  const second = await member(t, clients, name, { store, resume: true, proxy });
  await until(() => second.heard.length === 1);
  assert.deepEqual(second.texts(), ['two']);
  await second.room.leave();
  await second.client.close();
  const third = await member(t, clients, name, { store, resume: true, proxy });
  await until(() => third.heard.length === 2);
  assert.deepEqual(third.texts(), ['one', 'two']);
});

onEachTransport('a page that ends in a handler gets that entry again, and no other', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = newRoom();
  const store = memoryStore();
  // What a page writes after its end is not written.
  const mortal = () => ({ ...store, set: (key, value) => (mortal.dead ? undefined : store.set(key, value)) });
  const luis = await member(t, clients, name, { client: 'luis' });
  const { proxy } = luis;
  const first = await member(t, clients, name, { store: mortal(), resume: true, proxy });
  first.room.on('entry', ({ message }) => (mortal.dead = message === 'two'));
  for (const text of ['one', 'two']) await luis.room.send(text);
  await until(() => first.heard.length === 2);
  await first.client.close();
  const second = await member(t, clients, name, { store, resume: true, proxy });
  await luis.room.send('three');
  await until(() => second.heard.length === 2);
  assert.deepEqual(second.texts(), ['two', 'three']);
});

onEachTransport('a store that fails is reported once, and everything else goes on', async (t, transport) => {
  const clients = new Clients(t, transport);
  const broken = () => {
    throw new Error('denied');
  };
  const store = { get: broken, set: broken, delete: broken, keys: broken };
  const durable = [];
  const client = clients.open(server.address, { store, resume: true, device: undefined });
  client.on('durable', (value) => durable.push(value));
  const room = client.room(newRoom());
  const texts = [];
  room.on('entry', ({ message }) => texts.push(message));
  for (let i = 0; i < 5; i++) await room.send(`${i}`);
  await until(() => texts.length === 5);
  assert.deepEqual(durable, [false]);
  assert.ok(client.device);
  // The device, the queue, the positions of the room and of the inbox.
  assert.ok(clients.errors.length <= 4, clients.errors.join('\n'));
});

onEachTransport('a room may be named like what objects inherit', async (t, transport) => {
  const clients = new Clients(t, transport);
  const { room, heard, proxy } = await member(t, clients, transport === 'http' ? 'constructor' : '__proto__');
  await room.send('one');
  await until(() => heard.length === 1);
  const again = next(room, 'joined');
  proxy.cut();
  assert.equal((await again).recovered, true);
});

onEachTransport('entries as an iterator: from the call on, until it is left or aborted', async (t, transport) => {
  const clients = new Clients(t, transport);
  const { room } = await member(t, clients, newRoom());
  const aborter = new AbortController();
  const left = room.entries();
  const aborted = room.entries({ signal: aborter.signal });
  const third = next(room, 'entry', ({ message }) => message === 'three');
  for (const text of ['one', 'two', 'three']) await room.send(text);
  await third;
  const texts = [];
  for await (const { message } of left) {
    texts.push(message);
    if (message === 'two') break;
  }
  assert.deepEqual(texts, ['one', 'two']);
  assert.equal((await aborted.next()).value.message, 'one');
  aborter.abort();
  const rest = [];
  for await (const { message } of aborted) rest.push(message);
  assert.deepEqual(rest, ['two', 'three']);
  const closed = room.entries();
  const end = closed.next();
  await clients.all[0].close();
  assert.equal((await end).done, true);
});

onEachTransport('after close, rooms refuse', async (t, transport) => {
  const clients = new Clients(t, transport);
  const { client, room } = await member(t, clients, newRoom());
  await client.close();
  await client.close();
  for (const request of [room.send('x'), room.history(), client.room('new').send('x'), client.rooms(), client.notify(null, 'x')]) {
    assert.equal((await outcome(request)).error.code, 'closed');
  }
  assert.equal(client.state, 'stopped');
  assert.equal(client.why, 'closed');
});
