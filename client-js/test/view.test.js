import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryStore } from '../src/index.js';
import { RoomView } from '../src/tertulia-view.js';
import { Clients, HASTE } from './clients.js';
import { Proxy } from './proxy.js';
import { seeded } from './seeded.js';
import { Server } from './server.js';
import { StandIn } from './stand-in.js';
import { next, outcome, until } from './waiting.js';

let server;
before(async () => (server = await Server.start()));
after(() => server.close());

let rooms = 0;
const newRoom = (prefix = '') => `${prefix}view-${++rooms}`;

const texts = (view) => view.messages.map(({ message }) => message);
const changed = (view, condition) => until(condition, `${condition}, with ${JSON.stringify(view.messages.slice(-5))}`);

/** A member of a room, over a proxy, and what it sees. */
async function viewer(t, clients, name, { options, ...more } = {}) {
  const proxy = await Proxy.to(() => server.port);
  t.after(() => proxy.close());
  const client = clients.open(proxy.address, { timing: HASTE, inbox: false, ...more });
  const room = client.room(name);
  const view = new RoomView(room, options);
  t.after(() => view.close());
  await until(() => view.loaded);
  return { proxy, client, room, view };
}

/** Messages of a room, `m1` and on, by the API: their offsets. */
async function fill(room, count) {
  const offsets = [];
  for (let i = 1; i <= count; i++) offsets.push((await server.api('POST', `/rooms/${room}/messages`, { client: 'luis', message: `m${i}` })).offset);
  return offsets;
}

/** Messages as `history` tells them: without what only a view has, and reactions in one order. */
const plain = (messages) =>
  messages.map(({ key, own, state, error, readers, reactions, type, room, ...message }) =>
    JSON.parse(JSON.stringify({ ...message, reactions: reactions?.map((each) => each).sort((one, other) => (one.emoji < other.emoji ? -1 : 1)) })));

/** The view shows what a fresh history would. */
async function equalsHistory(view, room) {
  const [first, last] = [view.messages[0], view.messages.at(-1)];
  const fresh = [];
  for (let after = first.offset - 1, more = true; more && after < last.offset; ) {
    const page = await room.history({ after, limit: 200 });
    fresh.push(...page.messages.filter(({ offset }) => offset <= last.offset));
    more = page.more;
    after = page.messages.at(-1)?.offset;
  }
  assert.deepEqual(plain(view.messages), plain(fresh));
}

test('a first join shows the newest messages as they are, and then what comes', async (t) => {
  const clients = new Clients(t);
  const luis = clients.open(server.address, { client: 'luis' }).room(newRoom());
  const { offset: one } = await luis.send('one', { sender: 'Luis', data: { a: 1 } });
  const { offset: two } = await luis.send('two', { reply_to: one });
  await luis.edit(one, 'ONE');
  await luis.react(one, '👍');
  const { view, room } = await viewer(t, clients, luis.name);
  await until(() => view.messages[0]?.reactions);
  assert.deepEqual(texts(view), ['ONE', 'two']);
  assert.equal(view.older, false);
  assert.equal(view.messages[1].reply_to, one);
  await room.react(one, '👍');
  await luis.react(two, '🎉');
  await luis.react(two, '🎉', { remove: true });
  await luis.delete(two);
  await until(() => view.messages[1].deleted);
  assert.deepEqual(view.messages[0].reactions, [{ emoji: '👍', count: 2, mine: true }]);
  assert.equal(view.messages[0].own, false);
  await equalsHistory(view, room);
  await room.react(one, '👍', { remove: true });
  await until(() => view.messages[0].reactions[0].count === 1);
  await equalsHistory(view, room);
});

test('what is sent is shown at once, and keeps its key when it is stored', async (t) => {
  const clients = new Clients(t);
  const { view, room, proxy } = await viewer(t, clients, newRoom());
  proxy.refusing = true;
  proxy.cut();
  const sent = [room.send('same'), room.send('same')];
  assert.deepEqual(view.messages.map(({ message, state, own }) => [message, state, own]), [['same', 'waiting', true], ['same', 'waiting', true]]);
  const keys = view.messages.map(({ key }) => key);
  assert.notEqual(keys[0], keys[1]);
  let most = 0;
  let least = 2;
  view.on('change', () => {
    most = Math.max(most, view.messages.length);
    least = Math.min(least, view.messages.length);
  });
  proxy.refusing = false;
  await Promise.all(sent);
  await until(() => view.messages.every(({ state, pos }) => state === 'stored' && pos));
  assert.deepEqual(view.messages.map(({ key }) => key), keys);
  assert.deepEqual([least, most], [2, 2]);
  await equalsHistory(view, room);
});

test('pages in both directions, bounded, without holes or repetitions', async (t) => {
  const clients = new Clients(t);
  const name = newRoom();
  await fill(name, 40);
  const { view, room } = await viewer(t, clients, name, { options: { size: 15, page: 5 }, client: 'ana' });
  await until(() => view.messages.length === 15);
  const all = Array.from({ length: 40 }, (_, i) => `m${i + 1}`);
  assert.deepEqual(texts(view), all.slice(25));
  assert.equal(view.newer, false);
  for (let begin = 20; begin >= 0; begin -= 5) {
    await view.loadOlder();
    assert.deepEqual(texts(view), all.slice(begin, begin + 15));
    assert.equal(view.newer, true);
    assert.equal(view.older, begin > 0);
  }
  await view.loadOlder();
  await room.send('m41');
  await until(() => view.arrived === 1);
  assert.deepEqual(texts(view), all.slice(0, 15));
  for (let begin = 5; begin <= 20; begin += 5) {
    await Promise.all([view.loadNewer(), view.loadNewer()]);
    assert.deepEqual(texts(view), all.slice(begin, begin + 15));
  }
  await view.loadNewer();
  await view.loadNewer();
  assert.deepEqual(texts(view), [...all.slice(26), 'm41']);
  assert.deepEqual([view.newer, view.arrived], [false, 0]);
  await room.send('m42');
  await until(() => texts(view).at(-1) === 'm42');
  assert.equal(view.messages.length, 15);
  await equalsHistory(view, room);
});
