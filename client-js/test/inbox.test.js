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

let people = 0;
const somebody = () => `person-${++people}`;

/** A client over a proxy, with what the handlers of its inbox received, in order. */
async function device(t, clients, client, options = {}) {
  const proxy = await Proxy.to(() => server.port);
  t.after(() => proxy.close());
  const tertulia = clients.open(proxy.address, { client, timing: { ...HASTE, ack: 5 }, ...options });
  const { inbox } = tertulia;
  const heard = [];
  inbox.on('notification', ({ message }) => heard.push(message));
  inbox.on('read', ({ ids, up_to: last }) => heard.push(`read ${ids ?? last}`));
  inbox.on('revoked', ({ id }) => heard.push(`revoked ${id}`));
  inbox.on('gap', () => heard.push('gap'));
  await until(() => tertulia.state === 'online');
  return { proxy, tertulia, inbox, heard };
}

onEachTransport('a notification, with all its fields, counts as unread until it is read', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = somebody();
  const ana = await device(t, clients, name);
  const luis = await device(t, clients, somebody());
  const counts = [];
  ana.inbox.on('unread', (unread) => counts.push(unread));
  const received = next(ana.inbox, 'notification');
  const { id } = await luis.tertulia.notify(name, 'la cena', { title: 'T', category: 'c', urgency: 'high', data: [1], id: 'mine' });
  const notification = await received;
  assert.equal(notification.id, id);
  assert.equal(notification.from, luis.tertulia.client);
  assert.deepEqual([notification.title, notification.category, notification.urgency, notification.data], ['T', 'c', 'high', [1]]);
  assert.equal(ana.inbox.unread, 1);
  assert.deepEqual(await ana.inbox.read({ ids: [id] }), { unread: 0 });
  assert.deepEqual(counts, [1, 0]);
  assert.deepEqual((await luis.tertulia.notify(name, 'la cena', { title: 'T', category: 'c', urgency: 'high', data: [1], id: 'mine' })).id, id);
  assert.equal((await ana.inbox.page()).notifications.length, 1);
});

onEachTransport('what is read on one device is read on the other; what is revoked vanishes from both', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = somebody();
  const phone = await device(t, clients, name);
  const laptop = await device(t, clients, name);
  const luis = await device(t, clients, somebody());
  const ids = [];
  for (const text of ['one', 'two', 'three']) ids.push((await luis.tertulia.notify(name, text)).id);
  await until(() => phone.heard.length === 3 && laptop.heard.length === 3);
  await laptop.inbox.read({ up_to: ids[1] });
  await until(() => phone.heard.length === 4);
  assert.equal(phone.heard[3], `read ${ids[1]}`);
  assert.deepEqual([phone.inbox.unread, laptop.inbox.unread], [1, 1]);
  await luis.inbox.revoke(ids[2]);
  await until(() => phone.heard.length === 5 && laptop.heard.length === 4);
  assert.deepEqual([phone.inbox.unread, laptop.inbox.unread], [0, 0]);
  assert.equal((await outcome(phone.inbox.revoke(ids[0]))).error.code, 'forbidden');
});

onEachTransport('a broadcast is everybody\'s; revoked, it counts no longer where it was unread', async (t, transport) => {
  const clients = new Clients(t, transport);
  const read = await device(t, clients, somebody());
  const unread = await device(t, clients, somebody());
  const received = next(read.inbox, 'notification');
  const { id } = await unread.tertulia.broadcast('a todos', { category: 'c' });
  assert.equal((await received).scope, 'broadcast');
  await until(() => unread.inbox.unread === 1);
  await read.inbox.read({ ids: [id] });
  // It came while this one was away, and was read elsewhere for all that it knows.
  const away = await device(t, clients, somebody(), { inbox: false });
  await unread.inbox.revoke(id);
  await until(() => unread.inbox.unread === 0 && unread.heard.length === 2);
  assert.equal(read.inbox.unread, 0);
  assert.deepEqual(away.heard, []);
});

onEachTransport('what came while it was away comes once, in order, and is counted once', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = somebody();
  const ana = await device(t, clients, name);
  const luis = await device(t, clients, somebody());
  const notify = (text) => luis.tertulia.notify(name, text);
  await notify('one');
  await until(() => ana.heard.length === 1);
  ana.proxy.refusing = true;
  ana.proxy.cut();
  const { id } = await notify('two');
  await notify('three');
  const other = await device(t, clients, name);
  await other.inbox.read({ ids: [id] });
  ana.proxy.refusing = false;
  await until(() => ana.heard.length === 4);
  await notify('four');
  await until(() => ana.heard.length === 5);
  assert.deepEqual(ana.heard, ['one', 'two', 'three', `read ${id}`, 'four']);
  assert.equal(ana.inbox.unread, 3);
  assert.equal((await ana.inbox.page({ unread_only: true })).notifications.length, 3);
});

onEachTransport('250 notifications that were missed come once and in order, before what is new', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = somebody();
  const ana = await device(t, clients, name);
  const notify = (message) => server.api('POST', `/clients/${name}/notifications`, { message });
  await notify('first');
  await until(() => ana.heard.length === 1);
  ana.proxy.refusing = true;
  ana.proxy.cut();
  await Promise.all(Array.from({ length: 250 }, (_, i) => notify(`${i}`)));
  ana.proxy.refusing = false;
  await until(() => ana.heard.length > 10);
  await notify('last');
  await until(() => ana.heard.length === 252);
  assert.equal(new Set(ana.heard).size, 252);
  const stored = [];
  for (let more = true, last; more; last = stored.at(-1).id) {
    const page = await ana.inbox.page({ limit: 200, ...(last ? { after: last } : { before: undefined }) });
    // The newest page first, of which the oldest leads to the one before.
    if (!last) {
      const older = await ana.inbox.page({ limit: 200, before: page.notifications[0].id });
      stored.push(...older.notifications);
    }
    stored.push(...page.notifications);
    more = false;
  }
  assert.deepEqual(ana.heard, stored.map(({ message }) => message));
  assert.equal(ana.inbox.unread, 252);
});

onEachTransport('a device acknowledges by itself what its handlers had, and says what was shown', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = somebody();
  const ana = await device(t, clients, name, { device: 'phone' });
  const luis = await device(t, clients, somebody());
  const { id } = await luis.tertulia.notify(name, 'x');
  const state = async () => (await server.api('GET', `/notifications/${encodeURIComponent(id)}`)).state;
  await until(async () => (await state()) === 'delivered');
  ana.proxy.cut();
  ana.inbox.shown(id);
  await until(async () => (await state()) === 'shown');
});

onEachTransport('a device has a name that the store keeps', async (t, transport) => {
  const clients = new Clients(t, transport);
  const store = memoryStore();
  const open = async (options) => {
    const client = clients.open(server.address, { store, client: 'dora', device: undefined, ...options });
    await until(() => client.state === 'online');
    return client.device;
  };
  const drawn = await open();
  assert.match(drawn, /^[0-9a-z]{32}$/);
  assert.equal(await open(), drawn);
  assert.notEqual(await open({ client: 'eva' }), drawn);
  assert.equal(await open({ device: null }), null);
  assert.equal(await open({ device: 'phone' }), 'phone');
});

onEachTransport('another inbox than before is told as a gap', async (t, transport) => {
  const other = await Server.start();
  t.after(() => other.close());
  const clients = new Clients(t, transport);
  let target = server;
  const proxy = await Proxy.to(() => target.port);
  t.after(() => proxy.close());
  const client = somebody();
  const ana = clients.open(proxy.address, { client, timing: HASTE });
  const heard = [];
  ana.inbox.on('notification', ({ message }) => heard.push(message));
  ana.inbox.on('gap', () => heard.push('gap'));
  await ana.notify(null, 'here');
  await until(() => heard.length === 1);
  await other.api('POST', `/clients/${client}/notifications`, { message: 'elsewhere' });
  target = other;
  proxy.cut();
  await until(() => heard.length === 3);
  assert.deepEqual(heard, ['here', 'gap', 'elsewhere']);
});

test('an inbox that the server cannot read at the moment is asked for again, from the same position', async (t) => {
  const stand = await StandIn.start();
  t.after(() => stand.close());
  const notification = (n) => ({ type: 'notification', id: `${n}@ana`, pos: `t:${n}+`, scope: 'personal', from: 'luis', message: `${n}`, urgency: 'normal', time: n, read: false });
  const client = new Clients(t).open(stand.address, { timing: HASTE, device: 'd' });
  const heard = [];
  client.inbox.on('notification', ({ message }) => heard.push(message));
  await until(() => client.state === 'online');
  stand.connections[0].send(notification(1));
  await until(() => heard.length === 1);
  const asked = [];
  stand.onFrame = (frame, connection) => {
    if (frame.type !== 'hello') return false;
    asked.push(frame.inbox);
    connection.send({ type: 'welcome', ref: frame.ref, client: 'ana' });
    if (asked.length === 1) {
      connection.send({ type: 'error', code: 'unavailable', message: 'x', retry: true, retry_after: 1 });
      connection.send(notification(3));
    } else {
      connection.send({ type: 'inbox', recovered: true, pos: 't:3+t:0', notifications: [notification(2), notification(3)], more: false });
    }
    return true;
  };
  stand.connections[0].cut();
  await until(() => heard.length === 3);
  assert.deepEqual(heard, ['1', '2', '3']);
  assert.deepEqual(asked, ['t:1+', 't:1+']);
});

onEachTransport('without inbox, nothing of it is received', async (t, transport) => {
  const clients = new Clients(t, transport);
  const name = somebody();
  const ana = await device(t, clients, name, { inbox: false });
  await ana.tertulia.notify(null, 'x');
  assert.equal((await ana.inbox.page()).notifications.length, 1);
  assert.deepEqual(ana.heard, []);
});
