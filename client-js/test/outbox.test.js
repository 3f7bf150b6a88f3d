import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TertuliaError } from '../src/errors.js';
import { Outbox } from '../src/outbox.js';
import { memoryStore } from '../src/stores.js';
import { ManualClock } from './manual-clock.js';

/** Where requests end up: as in the server, a repeated `id` gets its first reply, and takes effect once. */
class Recipient {
  arrived = [];
  attempts = [];
  #replies = new Map();

  take(frame) {
    this.attempts.push(frame.id);
    if (!this.#replies.has(frame.id)) {
      this.arrived.push(frame.message);
      this.#replies.set(frame.id, { id: frame.id, offset: this.arrived.length });
    }
    return this.#replies.get(frame.id);
  }

  /** A line over which all goes well. */
  line = async (frame) => this.take(frame);
}

/** Lets everything run that waits for nothing but promises. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const chat = (message) => ({ type: 'chat', room: 'lobby', message });
const cut = () => new TertuliaError('cut', 'The connection was lost', true);

async function outbox(options = {}) {
  const clock = options.clock ?? new ManualClock();
  const box = new Outbox({ store: memoryStore(), ...clock.options(), ...options });
  await box.load();
  return { box, clock };
}

test('what is added waits until there is a line, and is answered over it', async () => {
  const { box } = await outbox();
  const recipient = new Recipient();
  const reply = box.add('room:lobby', chat('hola'));
  const [item] = box.items();
  assert.equal(item.state, 'waiting');
  assert.equal(item.id, item.frame.id);
  await settled();
  assert.deepEqual(recipient.arrived, []);

  box.online(recipient.line);

  assert.deepEqual(await reply, { id: item.id, offset: 1 });
  assert.deepEqual(box.items(), []);
});

test('an id that is given is kept, and a frame that is changed later goes out as it was', async () => {
  const { box } = await outbox();
  const recipient = new Recipient();
  const frame = { ...chat('hola'), id: 'mine', data: { list: [1] } };
  const reply = box.add('room:lobby', frame);
  frame.data.list.push(2);
  assert.deepEqual(box.items()[0].frame.data, { list: [1] });
  box.online(recipient.line);
  assert.equal((await reply).id, 'mine');
});

test('in a lane each is sent when the one before was answered; other lanes do not wait', async () => {
  const { box } = await outbox();
  const under = [];
  box.online((frame) => new Promise((resolve) => under.push({ frame, resolve })));
  for (const message of ['a1', 'a2', 'a3']) box.add('room:a', chat(message));
  box.add('room:b', chat('b1'));
  await settled();
  assert.deepEqual(under.map(({ frame }) => frame.message).sort(), ['a1', 'b1']);
  under.find(({ frame }) => frame.message === 'a1').resolve({});
  await settled();
  assert.deepEqual(under[2].frame.message, 'a2');
  assert.deepEqual(box.items('room:a').map(({ state }) => state), ['sending', 'waiting']);
});

test('a refused one fails alone', async () => {
  const { box } = await outbox();
  const recipient = new Recipient();
  box.online(async (frame) => {
    if (frame.message === 'bad') throw new TertuliaError('forbidden', 'No');
    return recipient.take(frame);
  });
  const replies = ['first', 'bad', 'last'].map((message) => box.add('room:lobby', chat(message)));
  const [first, bad, last] = await Promise.allSettled(replies);
  assert.equal(first.value.offset, 1);
  assert.equal(bad.reason.code, 'forbidden');
  assert.equal(last.value.offset, 2);
  assert.deepEqual(recipient.arrived, ['first', 'last']);
});

test('one that may be made again is sent again, after the time that the server says, and nothing overtakes it', async () => {
  const { box, clock } = await outbox();
  const recipient = new Recipient();
  const refusals = [new TertuliaError('rate_limited', 'Slow', true, 700), new TertuliaError('unavailable', 'Later', true)];
  box.online(async (frame) => {
    const refusal = frame.message === 'a' && refusals.shift();
    if (refusal) throw refusal;
    return recipient.take(frame);
  });
  const replies = ['a', 'b'].map((message) => box.add('room:lobby', chat(message)));
  await settled();
  await clock.advance(699);
  assert.equal(refusals.length, 1);
  await clock.advance(1);
  assert.equal(refusals.length, 0);
  assert.deepEqual(recipient.arrived, []);
  await clock.advance(1_000);
  await Promise.all(replies);
  assert.deepEqual(recipient.arrived, ['a', 'b']);
});

test('what is under way at a cut stays in its place with its id, and what is typed later stays behind it', async () => {
  const { box } = await outbox();
  const recipient = new Recipient();
  let lose;
  box.online((frame) => {
    recipient.take(frame); // it arrives, and its answer does not
    return new Promise((_, reject) => (lose = () => reject(cut())));
  });
  const first = box.add('room:lobby', chat('a'));
  await settled();
  const [{ id }] = box.items();
  lose();
  await settled();
  box.offline();
  assert.deepEqual(box.items().map(({ id, state }) => [id, state]), [[id, 'waiting']]);
  const second = box.add('room:lobby', chat('b'));
  box.online(recipient.line);
  assert.equal((await first).offset, 1);
  assert.equal((await second).offset, 2);
  assert.deepEqual(recipient.arrived, ['a', 'b']);
  assert.deepEqual(recipient.attempts.slice(0, 2), [id, id]);
});

test('1,000 cuts: every promise settles, everything arrives once and in order', async () => {
  const seed = Number(process.env.TERTULIA_SEED ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed}`);
  let state = seed;
  const random = (bound) => (state = (state * 48271 + 11) % 2147483647) % bound;
  const { box } = await outbox();
  const recipient = new Recipient();
  const replies = [];
  for (let i = 0; i < 1_000; i++) {
    let open = true;
    box.online(async (frame) => {
      if (open && random(2)) recipient.take(frame);
      if (!open || random(2)) throw cut();
      return recipient.take(frame);
    });
    if (i % 2 === 0) replies.push(box.add('room:lobby', chat(replies.length)));
    if (random(3)) await settled();
    open = false;
    if (random(2)) box.offline();
  }
  box.online(recipient.line);
  await Promise.all(replies);
  assert.deepEqual(recipient.arrived, replies.map((_, i) => i));
});

test('a late answer of a lost line still counts; a late failure does not', async () => {
  const { box } = await outbox();
  const lines = [];
  const line = () => new Promise((resolve, reject) => lines.push({ resolve, reject }));
  box.online(line);
  const reply = box.add('room:lobby', chat('a'));
  await settled();
  box.offline();
  box.online(line);
  await settled();
  lines[0].reject(new TertuliaError('internal', 'Late'));
  await settled();
  assert.equal(box.items()[0].state, 'sending');
  lines[0].resolve({});
  lines[1].resolve({ offset: 7 });
  assert.deepEqual(await reply, { offset: 7 });
});

test('the queue is bounded and says so; what was in it is not touched', async () => {
  const { box } = await outbox({ limit: 3 });
  const kept = [1, 2, 3].map((message) => box.add('room:lobby', chat(message)));
  await assert.rejects(box.add('room:other', chat(4)), { code: 'queue_full', retry: false });
  box.online(new Recipient().line);
  assert.equal((await Promise.all(kept)).length, 3);
});

test('a signal removes what waits, and the rest goes on', async () => {
  const { box } = await outbox();
  const recipient = new Recipient();
  const controller = new AbortController();
  const first = box.add('room:lobby', chat('a'));
  const second = box.add('room:lobby', chat('b'), { signal: controller.signal });
  controller.abort();
  await assert.rejects(second, { code: 'aborted' });
  await assert.rejects(box.add('room:lobby', chat('c'), { signal: controller.signal }), { code: 'aborted' });
  box.online(recipient.line);
  await first;
  assert.deepEqual(recipient.arrived, ['a']);
});

test('a signal ends the wait for what is under way; it is not sent again, and its lane waits for the answer', async () => {
  const { box } = await outbox();
  const recipient = new Recipient();
  const under = [];
  const line = (frame) => new Promise((resolve) => under.push({ frame, resolve }));
  const controller = new AbortController();
  box.online(line);
  const first = box.add('room:lobby', chat('a'), { signal: controller.signal });
  box.add('room:lobby', chat('b'));
  await settled();
  controller.abort();
  await assert.rejects(first, { code: 'aborted' });
  await settled();
  assert.deepEqual(under.map(({ frame }) => frame.message), ['a']);
  box.offline();
  box.online(recipient.line);
  await settled();
  assert.deepEqual(recipient.arrived, ['b']);
});

test('stopping rejects what waits and keeps it; the next line takes it', async () => {
  const store = memoryStore();
  const { box } = await outbox({ store });
  const recipient = new Recipient();
  const stopped = new TertuliaError('stopped', 'unauthorized');
  const reply = box.add('room:lobby', chat('a'));
  box.stop(stopped);
  await assert.rejects(reply, { code: 'stopped' });
  await assert.rejects(box.add('room:lobby', chat('b')), { code: 'stopped' });
  assert.equal(store.keys('').filter((key) => key.includes('item')).length, 1);
  box.online(recipient.line);
  await settled();
  assert.deepEqual(recipient.arrived, ['a']);
});

test('closing rejects what waits; the next start with the same store sends it first', async () => {
  const store = memoryStore();
  const { box } = await outbox({ store });
  const replies = ['a', 'b'].map((message) => box.add('room:lobby', chat(message)));
  const ids = box.items().map(({ id }) => id);
  const closed = box.close();
  for (const reply of replies) await assert.rejects(reply, { code: 'closed' });
  await assert.rejects(box.add('room:lobby', chat('c')), { code: 'closed' });
  await closed;

  const changes = [];
  const { box: next } = await outbox({ store, onChange: (lane) => changes.push(lane) });
  assert.deepEqual(next.items('room:lobby').map(({ id }) => id), ids);
  assert.deepEqual(changes, ['room:lobby']);
  const recipient = new Recipient();
  const reply = next.add('room:lobby', chat('c'));
  next.online(recipient.line);
  await reply;
  assert.deepEqual(recipient.arrived, ['a', 'b', 'c']);
  await next.close();
  assert.deepEqual(store.keys(''), []);
});

test('what is sent before the store was read waits for what an earlier page left', async () => {
  const store = memoryStore();
  const { box } = await outbox({ store });
  box.add('room:lobby', chat('old')).catch(() => {});
  await box.close();
  const recipient = new Recipient();
  const next = new Outbox({ store, ...new ManualClock().options() });
  next.online(recipient.line);
  await next.add('room:lobby', chat('new'));
  assert.deepEqual(recipient.arrived, ['old', 'new']);
});

test('the record is in the store before the request leaves, and gone after its answer', async () => {
  const memory = memoryStore();
  const records = () => memory.keys('q:ana:item:').length;
  const writes = [];
  const store = {
    ...memory, // as a database, it takes its time to write
    set: (key, value) => new Promise((resolve) => writes.push(() => resolve(memory.set(key, value)))),
  };
  const { box } = await outbox({ store, prefix: 'q:ana:' });
  const atSending = [];
  box.online(async () => {
    atSending.push(records());
    return {};
  });
  const reply = box.add('room:lobby', chat('a'));
  await settled();
  assert.deepEqual(atSending, []);
  for (const write of writes) write();
  await reply;
  await settled();
  assert.deepEqual(atSending, [1]);
  assert.equal(records(), 0);
});

for (const how of ['closed', 'killed', 'frozen']) {
  test(`50 are queued and their page is ${how} midway: each arrives once and in order within 15 s`, async () => {
    const store = memoryStore();
    const clock = new ManualClock();
    const senderClock = clock.part();
    const { box: sender } = await outbox({ store, clock: senderClock });
    const { box: other } = await outbox({ store, clock: clock.part() });
    const recipient = new Recipient();
    const frozen = [];
    const replies = Array.from({ length: 50 }, (_, i) => sender.add('room:lobby', chat(i)));
    for (const reply of replies) reply.catch(() => {});
    other.online(recipient.line);
    await clock.advance(30_000);
    assert.deepEqual(recipient.arrived, [], 'the records of a living owner are not touched');

    sender.online((frame) => {
      const reply = recipient.take(frame);
      if (frame.message < 25) return Promise.resolve(reply);
      return new Promise((resolve) => frozen.push(() => resolve(reply)));
    });
    await settled();
    assert.equal(recipient.arrived.length, 26);
    if (how === 'closed') await sender.close();
    else senderClock.stop();
    await clock.advance(15_000);
    assert.deepEqual(recipient.arrived, replies.map((_, i) => i));

    if (how !== 'frozen') return;
    senderClock.resume(); // it awakes, and does not know that all is done
    sender.offline();
    sender.online(recipient.line);
    await clock.advance(15_000);
    assert.deepEqual((await Promise.all(replies)).map(({ offset }) => offset), replies.map((_, i) => i + 1));
    assert.equal(recipient.arrived.length, 50);
    assert.deepEqual(store.keys('item:'), []);
  });
}

test('two that adopt the same records at once deliver each once and in order', async () => {
  const store = memoryStore();
  const { box } = await outbox({ store });
  for (let i = 0; i < 20; i++) box.add('room:lobby', chat(i)).catch(() => {});
  await box.close();
  const pages = [1, 2].map(() => new Outbox({ store, ...new ManualClock().options() }));
  const recipient = new Recipient();
  for (const page of pages) page.online(recipient.line);
  await settled();
  assert.deepEqual(recipient.arrived, Array.from({ length: 20 }, (_, i) => i));
  assert.deepEqual(store.keys('item:'), []);
});

test('a clock that was set back leaves the order as it was', async () => {
  const store = memoryStore();
  const late = new ManualClock();
  await late.advance(3_600_000);
  const { box } = await outbox({ store, clock: late });
  box.add('room:lobby', chat('old')).catch(() => {});
  await box.close();
  const { box: next } = await outbox({ store });
  const recipient = new Recipient();
  const reply = next.add('room:lobby', chat('new'));
  next.online(recipient.line);
  await reply;
  assert.deepEqual(recipient.arrived, ['old', 'new']);
});

test('leases in the far future have ended: a clock that was set back blocks nobody', async () => {
  const store = memoryStore();
  const late = new ManualClock();
  await late.advance(3_600_000);
  const { box } = await outbox({ store, clock: late });
  box.add('room:lobby', chat('a')).catch(() => {}); // and its page is killed
  const { box: next } = await outbox({ store });
  const recipient = new Recipient();
  next.online(recipient.line);
  await settled();
  assert.deepEqual(recipient.arrived, ['a']);
});

test('what in the store is not a record is removed, and what is too much stays for later', async () => {
  const store = memoryStore();
  store.set('item:odd', 'x'.repeat(32) + '{');
  const { box } = await outbox({ store });
  for (let i = 0; i < 5; i++) box.add('room:lobby', chat(i)).catch(() => {});
  await box.close();
  const { box: next, clock } = await outbox({ store, limit: 2 });
  assert.equal(next.items().length, 2);
  const recipient = new Recipient();
  next.online(recipient.line);
  for (let i = 0; i < 3; i++) await clock.advance(3_000);
  assert.deepEqual(recipient.arrived.sort(), [0, 1, 2, 3, 4]);
  assert.equal(store.get('item:odd'), null);
});

test('an owner without items leaves nothing in the store, and neither do those that were killed', async () => {
  const store = memoryStore();
  const { box, clock } = await outbox({ store });
  const { box: killed } = await outbox({ store });
  box.online(new Recipient().line);
  await box.add('room:lobby', chat('a'));
  await killed.add('room:lobby', chat('b'), { signal: AbortSignal.abort() }).catch(() => {});
  store.set('owner:killed', String(clock.now() - 1));
  await clock.advance(3_000);
  assert.deepEqual(store.keys(''), []);
});

/** Stores of browsers that deny, are full, or never answer. */
const denied = () => {
  throw new Error('SecurityError');
};
const UNUSABLE = {
  denied: { get: denied, set: denied, delete: denied, keys: denied },
  full: {
    ...memoryStore(),
    set: () => {
      throw new Error('QuotaExceededError');
    },
  },
  rejecting: Object.fromEntries(['get', 'set', 'delete', 'keys'].map((name) => [name, async () => denied()])),
  hanging: Object.fromEntries(['get', 'set', 'delete', 'keys'].map((name) => [name, () => new Promise(() => {})])),
};

for (const [name, store] of Object.entries(UNUSABLE)) {
  test(`a store that is ${name}: it starts and sends, and says once that the queue won't survive`, async () => {
    const clock = new ManualClock();
    const told = [];
    const box = new Outbox({
      store,
      ...clock.options(),
      onError: () => told.push('error'),
      onDurable: (durable) => told.push(durable),
    });
    const recipient = new Recipient();
    box.online(recipient.line);
    const replies = ['a', 'b'].map((message) => box.add('room:lobby', chat(message)));
    await settled();
    await clock.advance(4_000);
    await Promise.all(replies);
    assert.deepEqual(recipient.arrived, ['a', 'b']);
    await clock.advance(10_000);
    assert.deepEqual(told, ['error', false]);
    const closed = box.close();
    await clock.advance(4_000);
    await closed;
  });
}

test('when a full store has room again, everything is written, and that is said', async () => {
  const memory = memoryStore();
  let full = true;
  const store = {
    ...memory,
    set(key, value) {
      if (full) throw new Error('QuotaExceededError');
      memory.set(key, value);
    },
  };
  const told = [];
  const { box, clock } = await outbox({ store, onDurable: (durable) => told.push(durable) });
  for (const message of ['a', 'b']) box.add('room:lobby', chat(message)).catch(() => {});
  await settled();
  assert.deepEqual(told, [false]);
  full = false;
  await clock.advance(3_000);
  assert.deepEqual(told, [false, true]);
  assert.equal(memory.keys('item:').length, 2);
  await box.close();
});
