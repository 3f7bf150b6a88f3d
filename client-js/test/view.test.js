import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryStore } from '../src/index.js';
import { RoomView } from '../src/tertulia-view.js';
import { Clients, HASTE } from './clients.js';
import { Proxy } from './proxy.js';
import { seeded } from './seeded.js';
import { Server } from './server.js';
import { StandIn } from './stand-in.js';
import { PATIENCE, next, outcome, until } from './waiting.js';

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
  messages.map(({ key, own, state, error, readers, changing, reactions, type, room, ...message }) =>
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

test('1,000 operations while paging: the view equals a fresh history', async (t) => {
  const { between, pick, random } = seeded('view');
  const clients = new Clients(t);
  const name = newRoom();
  const proxy = await Proxy.to(() => server.port);
  t.after(() => proxy.close());
  proxy.delay = () => (random() < 0.2 ? between(1, 4) : 0);
  const room = clients.open(proxy.address, { timing: HASTE, inbox: false }).room(name);
  const authors = [room, ...['luis', 'eva'].map((client) => clients.open(server.address, { client, inbox: false }).room(name))];
  const view = new RoomView(room, { size: 20, page: 6 });
  t.after(() => view.close());
  let heard = 0;
  room.on('entry', ({ offset }) => (heard = offset));
  let newest = 0;
  const sent = [];
  const operate = async (author) => {
    const [{ offset, of }, what] = [sent.length ? pick(sent.slice(-40)) : {}, random()];
    if (!offset || what < 0.4) {
      const reply = await author.send(pick(['same', 'other']));
      sent.push({ offset: reply.offset, of: author });
      return reply;
    }
    if (what < 0.5) return of.edit(offset, pick(['edited', 'again']));
    if (what < 0.53) return of.delete(offset);
    return author.react(offset, pick(['👍', '🎉', '❤️']), { remove: what < 0.7 });
  };
  const page = () => {
    const what = random();
    if (what < 0.4) return view.loadOlder();
    if (what < 0.7) return view.loadNewer();
    return what < 0.85 && sent.length ? view.goTo(pick(sent).offset) : view.toEnd();
  };
  for (let round = 0; round < 20; round++) {
    const pages = [];
    for (let step = 0; step < 10; step++) {
      const operations = Array.from({ length: 5 }, () => outcome(operate(pick(authors))));
      pages.push(page());
      if (random() < 0.03) proxy.cut();
      for (const { value, error } of await Promise.all(operations)) {
        assert.ok(!error || error.code === 'not_found', error);
        newest = Math.max(newest, value?.offset ?? 0);
      }
    }
    await Promise.all(pages);
    if (round % 3) await view.toEnd();
    await until(() => heard >= newest);
    await equalsHistory(view, room);
    const { messages } = await room.history({ limit: 1 });
    if (!view.newer) assert.equal(view.messages.at(-1).offset, messages[0].offset);
    assert.ok(view.messages.length <= 20);
  }
  assert.deepEqual(clients.errors, []);
});

/** A room of a stand-in that has `messages`, and answers `history` and edits when the test says so. */
async function standIn(t, messages) {
  const stand = await StandIn.start();
  t.after(() => stand.close());
  const asked = [];
  stand.onFrame = (frame, connection) => {
    const { type, ref } = frame;
    const isAsked = type === 'history' || type === 'edit';
    if (isAsked) asked.push({ ...frame, reply: (fields) => connection.send({ type: type === 'history' ? type : 'ok', ref, room: 'lobby', ...fields }) });
    return isAsked;
  };
  const clients = new Clients(t);
  const room = clients.open(stand.address, { timing: { ...HASTE, quiet: PATIENCE }, inbox: false }).room('lobby');
  const view = new RoomView(room);
  t.after(() => view.close());
  await next(room, 'joined');
  const send = (frame) => stand.open[0].send({ room: 'lobby', pos: `${frame.offset}:0`, time: frame.offset, ...frame });
  for (const frame of messages) send({ type: 'chat', client: 'luis', id: `m${frame.offset}`, ...frame });
  await until(() => view.messages.length === messages.length);
  return { room, view, asked, send };
}

test('amendments that a page knows do not count again, and those that it does not know are not lost', async (t) => {
  const { view, asked, send } = await standIn(t, [{ offset: 10, message: 'ten' }]);
  const loaded = view.loadOlder();
  await until(() => asked.length);
  send({ type: 'reaction', offset: 11, client: 'eva', target: 3, emoji: '👍', removed: false });
  send({ type: 'edited', offset: 13, client: 'luis', target: 3, message: 'THREE' });
  send({ type: 'edited', offset: 14, client: 'luis', target: 10, message: 'TEN' });
  await until(() => view.messages[0].edited);
  const three = { offset: 3, pos: '3:0', client: 'luis', id: 'm3', time: 3, message: 'three', reactions: [{ emoji: '👍', count: 2, mine: false }] };
  asked[0].reply({ more: false, messages: [three], offset: 12, pos: '12:0' });
  await loaded;
  const [first] = view.messages;
  assert.deepEqual([first.message, first.reactions, texts(view)[1]], ['THREE', [{ emoji: '👍', count: 2, mine: false }], 'TEN']);
  send({ type: 'reaction', offset: 15, client: 'ana', target: 3, emoji: '👍', removed: false });
  await until(() => view.messages[0].reactions[0].count === 3);
  assert.equal(view.messages[0].reactions[0].mine, true);
});

test('an edit of a message that is not loaded is in the page that is loaded later', async (t) => {
  const { view, asked, send } = await standIn(t, [{ offset: 10, message: 'ten' }]);
  send({ type: 'edited', offset: 11, client: 'luis', target: 3, message: 'THREE' });
  send({ type: 'chat', offset: 12, client: 'luis', id: 'm12', message: 'twelve' });
  await until(() => view.messages.length === 2);
  const loaded = view.loadOlder();
  await until(() => asked.length);
  asked[0].reply({ more: false, messages: [{ offset: 3, pos: '3:0', client: 'luis', id: 'm3', time: 3, message: 'THREE', edited: 11 }], offset: 12, pos: '12:0' });
  await loaded;
  assert.deepEqual(texts(view), ['THREE', 'ten', 'twelve']);
});

test('an own message that a replay brings before its resend is answered is shown once; two equal texts stay two', async (t) => {
  const clients = new Clients(t);
  const { view, room, proxy } = await viewer(t, clients, newRoom());
  const sent = [];
  const shown = () => view.messages.map(({ key }) => key);
  let keys;
  const wrong = [];
  view.on('change', () => String(shown()) !== String(keys) && wrong.push(shown()));
  for (let round = 0; round < 5; round++) {
    let release;
    proxy.hold = new Promise((resolve) => (release = resolve));
    const two = [room.send('same'), room.send('same')];
    keys = shown();
    assert.equal(new Set(keys).size, 2 * round + 2);
    sent.push(...two);
    // It is stored, and its reply is held back; the other is behind it.
    await until(async () => (await server.messages(room.name)).length === 2 * round + 1);
    proxy.refusing = true;
    proxy.cut();
    proxy.hold = undefined;
    release();
    proxy.refusing = false;
    await Promise.all(two);
    await until(() => view.messages.every(({ pos }) => pos));
  }
  assert.deepEqual(wrong, []);
  const offsets = (await Promise.all(sent)).map(({ offset }) => offset);
  assert.deepEqual(view.messages.map(({ offset }) => offset), offsets);
  await equalsHistory(view, room);
});

test('own amendments show at once, and are what is stored then', async (t) => {
  const clients = new Clients(t);
  const luis = clients.open(server.address, { client: 'luis', inbox: false }).room(newRoom());
  const { offset: his } = await luis.send('his');
  const { view, room, proxy } = await viewer(t, clients, luis.name);
  const { offset: own } = await room.send('own');
  const { offset: other } = await room.send('other');
  await until(() => view.messages.length === 3 && view.messages.every(({ pos }) => pos));
  proxy.refusing = true;
  proxy.cut();
  const changes = [room.react(his, '👍'), room.edit(own, 'changed'), room.react(own, '🎉'), room.react(own, '🎉', { remove: true }), room.delete(other)];
  const expected = [['his', true, [['👍', 1, true]]], ['changed', true, []], [undefined, true, []]];
  const now = () => view.messages.map(({ message, changing, reactions = [] }) => [message, changing, reactions.map(({ emoji, count, mine }) => [emoji, count, mine])]);
  assert.deepEqual(now(), expected);
  const { pos } = view.messages[1];
  await luis.react(his, '👍');
  expected[0][2][0][1] = 2;
  proxy.refusing = false;
  const wrong = [];
  view.on('change', () => {
    const [, changed, deleted] = view.messages;
    if (changed.message !== 'changed' || !(deleted.deleted || deleted.changing)) wrong.push(JSON.stringify([changed, deleted]));
    if (!view.messages[0].reactions?.[0].mine) wrong.push(JSON.stringify(view.messages[0]));
  });
  await Promise.all(changes);
  await until(() => view.messages.every(({ changing }) => !changing));
  for (const each of expected) each[1] = undefined;
  assert.deepEqual(now(), expected);
  assert.equal(view.messages[1].pos, pos);
  assert.deepEqual(wrong, []);
  await equalsHistory(view, room);
});

test('an own amendment that was answered shows until its entry comes, or a page that knows it', async (t) => {
  const { room, view, asked, send } = await standIn(t, [{ offset: 10, client: 'ana', message: 'ten' }]);
  const edits = [room.edit(10, 'TEN'), room.edit(3, 'THREE')];
  for (const offset of [20, 21]) {
    await until(() => asked.length);
    asked.shift().reply({ offset, pos: `${offset}:0`, time: offset });
  }
  await Promise.all(edits);
  assert.deepEqual([texts(view), view.messages[0].changing], [['TEN'], true]);
  const loaded = view.loadOlder();
  await until(() => asked.length);
  asked[0].reply({ more: false, messages: [{ offset: 3, pos: '3:0', client: 'ana', id: 'm3', time: 3, message: 'of a moderator', edited: 22 }], offset: 22, pos: '22:0' });
  await loaded;
  assert.deepEqual(texts(view), ['of a moderator', 'TEN']);
  assert.equal(view.messages[0].changing, undefined);
  send({ type: 'edited', offset: 19, client: 'eva', target: 10, message: 'before' });
  send({ type: 'edited', offset: 20, client: 'ana', target: 10, message: 'TEN' });
  await until(() => !view.messages[1].changing);
  assert.deepEqual(texts(view), ['of a moderator', 'TEN']);
});

test('an own change that is refused is taken back', async (t) => {
  const clients = new Clients(t);
  const luis = clients.open(server.address, { client: 'luis', inbox: false }).room(newRoom());
  const { offset } = await luis.send('his');
  const { view, room } = await viewer(t, clients, luis.name);
  await until(() => view.messages.length === 1);
  const edited = outcome(room.edit(offset, 'mine'));
  assert.equal(texts(view)[0], 'mine');
  assert.equal((await edited).error.code, 'forbidden');
  await until(() => texts(view)[0] === 'his');
  assert.equal(view.messages[0].changing, undefined);
});

test('a room that keeps nothing shows what comes, once; a cut is a gap until the reader goes on', async (t) => {
  const clients = new Clients(t);
  const luis = clients.open(server.address, { client: 'luis', inbox: false }).room(newRoom('signal.'));
  const { view, room, proxy } = await viewer(t, clients, luis.name);
  await until(() => luis.joined);
  await luis.send('his');
  const sent = [room.send('same'), room.send('same')];
  const keys = view.messages.slice(-2).map(({ key }) => key);
  await Promise.all(sent);
  await until(() => view.messages.length === 3 && view.messages.every(({ state }) => state === 'stored'));
  await luis.send('more');
  await until(() => view.messages.length === 4);
  assert.deepEqual(texts(view), ['his', 'same', 'same', 'more']);
  assert.deepEqual(view.messages.slice(1, 3).map(({ key }) => key), keys);
  assert.deepEqual([view.older, view.newer, view.incomplete], [false, false, false]);
  proxy.cut();
  await until(() => view.incomplete);
  await view.goTo(1);
  assert.equal(view.messages.length, 4);
  await view.toEnd();
  assert.deepEqual([view.incomplete, view.messages.length], [false, 4]);
  const late = new RoomView(room);
  t.after(() => late.close());
  await until(() => late.loaded);
  await luis.send('last');
  await until(() => late.messages.length === 1 && view.messages.length === 5);
});

test('after a gap the view loads its messages again, also what was sent meanwhile', async (t) => {
  const other = await Server.start();
  t.after(() => other.close());
  const clients = new Clients(t);
  const name = newRoom();
  const elsewhere = clients.open(other.address, { client: 'luis', inbox: false }).room(name);
  for (let i = 1; i <= 3; i++) await elsewhere.send(`elsewhere ${i}`);
  await elsewhere.react(2, '👍');
  await fill(name, 30);
  let target = server;
  const proxy = await Proxy.to(() => target.port);
  t.after(() => proxy.close());
  const room = clients.open(proxy.address, { timing: HASTE, inbox: false }).room(name);
  const view = new RoomView(room, { size: 20, page: 5 });
  t.after(() => view.close());
  await until(() => view.messages.length === 20);
  await view.loadOlder();
  const states = [];
  view.on('change', () => states.push(view.incomplete));
  target = other;
  proxy.refusing = true;
  proxy.cut();
  const older = outcome(view.loadOlder());
  const sent = room.send('own');
  proxy.refusing = false;
  await Promise.all([sent, older]);
  await until(() => states.includes(true) && !view.incomplete);
  await view.toEnd();
  await until(() => view.messages.at(-1)?.pos);
  assert.deepEqual(texts(view), ['elsewhere 1', 'elsewhere 2', 'elsewhere 3', 'own']);
  assert.equal(view.newer, false);
  await equalsHistory(view, room);
});

test('what an earlier page left in the store is shown, and so is what was refused, until it is sent again or discarded', async (t) => {
  const clients = new Clients(t);
  const name = newRoom();
  const store = memoryStore();
  const options = { store, device: null };
  const first = await viewer(t, clients, name, options);
  const refused = await outcome(first.room.send('refused', { reply_to: 99, id: 'r1' }));
  assert.equal(refused.error.code, 'not_found');
  const too = await outcome(first.room.send('x'.repeat(300_000)));
  assert.equal(too.error.code, 'too_large');
  first.proxy.refusing = true;
  first.proxy.cut();
  for (const text of ['one', 'two']) first.room.send(text).catch(() => {});
  const keys = first.view.messages.map(({ key }) => key);
  assert.deepEqual(first.view.messages.map(({ state }) => state), ['failed', 'failed', 'waiting', 'waiting']);
  await first.client.close();

  const { proxy } = first;
  const room = clients.open(proxy.address, { timing: HASTE, inbox: false, ...options }).room(name);
  const view = new RoomView(room);
  t.after(() => view.close());
  // What was too long for the store lasted as long as its page.
  await until(() => view.messages.length === 3);
  assert.deepEqual(view.messages.map(({ message, state, own, error }) => [message, state, own, error?.code]), [
    ['refused', 'failed', true, 'not_found'],
    ['one', 'waiting', true, undefined],
    ['two', 'waiting', true, undefined],
  ]);
  assert.deepEqual(view.messages.map(({ key }) => key), [keys[0], ...keys.slice(2)]);
  proxy.refusing = false;
  await until(() => view.messages.filter(({ state }) => state === 'stored').length === 2);
  assert.deepEqual(view.messages.map(({ message, state }) => [message, state]), [['one', 'stored'], ['two', 'stored'], ['refused', 'failed']]);
  const again = next(room, 'outgoing', () => view.messages.at(-1).state === 'failed');
  view.retry(keys[0]);
  assert.deepEqual([view.messages.at(-1).key, view.messages.at(-1).state], [keys[0], 'waiting']);
  await again;
  view.discard(keys[0]);
  assert.deepEqual(texts(view), ['one', 'two']);
  assert.deepEqual(store.keys('').filter((key) => key.includes('failed')), []);
  assert.deepEqual((await server.messages(name)).map(({ message }) => message), ['one', 'two']);
});

test('receipts: who has read up to which message', async (t) => {
  const clients = new Clients(t);
  const { view, room } = await viewer(t, clients, newRoom());
  const luis = clients.open(server.address, { client: 'luis', inbox: false }).room(room.name);
  const { offset: one } = await room.send('one');
  const { offset: two } = await room.send('two');
  await until(() => luis.joined && view.messages.every(({ pos }) => pos));
  luis.read(one);
  await until(() => view.messages[0].readers);
  assert.deepEqual(view.messages.map(({ readers }) => readers), [['luis'], undefined]);
  const [unchanged] = view.messages;
  await room.react(two, '👍');
  await until(() => view.messages[1].reactions);
  assert.equal(view.messages[0], unchanged);
  luis.read(two);
  room.read(two);
  await until(() => view.messages[1].readers);
  assert.deepEqual(view.messages.map(({ readers }) => readers), [undefined, ['luis']]);
  assert.equal(view.reads.get('luis'), two);
});

test('a load ends with its signal, and the view with close', async (t) => {
  const { view, asked, room, send } = await standIn(t, [{ offset: 10, message: 'ten' }]);
  const stop = new AbortController();
  const [one, other] = [outcome(view.loadOlder({ signal: stop.signal })), outcome(view.loadOlder())];
  await until(() => asked.length);
  stop.abort();
  assert.equal((await one).error.code, 'aborted');
  asked[0].reply({ more: false, messages: [], offset: 10, pos: '10:0' });
  assert.equal((await other).error, undefined);
  assert.equal(view.older, false);
  assert.equal(asked.length, 1);
  const last = outcome(view.goTo(3));
  await until(() => asked.length > 1);
  view.close();
  assert.equal((await last).error.code, 'aborted');
  const before = view.messages;
  send({ type: 'chat', offset: 11, client: 'luis', id: 'm11', message: 'eleven' });
  await next(room, 'entry');
  assert.equal(view.messages, before);
});

test('with more entries than are kept for a page, it is asked for again', async (t) => {
  const { room, view, asked, send } = await standIn(t, [{ offset: 10, message: 'ten' }]);
  const loaded = view.loadOlder();
  await until(() => asked.length);
  send({ type: 'edited', offset: 11, client: 'luis', target: 3, message: 'THREE' });
  for (let offset = 12; offset <= 10_011; offset++) send({ type: 'chat', offset, client: 'luis', id: `m${offset}`, message: 'more' });
  await next(room, 'entry', ({ offset }) => offset === 10_011);
  const three = { offset: 3, pos: '3:0', client: 'luis', id: 'm3', time: 3 };
  // The edit is not kept any more, and the page does not know it.
  asked[0].reply({ more: false, messages: [{ ...three, message: 'three' }], offset: 10, pos: '10:0' });
  await until(() => asked.length > 1);
  asked[1].reply({ more: false, messages: [{ ...three, message: 'THREE', edited: 11 }], offset: 10_011, pos: '10011:0' });
  await loaded;
  assert.deepEqual([texts(view)[0], view.messages.length, view.newer], ['THREE', 300, true]);
});
