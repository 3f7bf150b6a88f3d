import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Server } from './server.js';
import { seeded } from './seeded.js';
import { asTheyAre, assertWhole, Person, trouble } from './storm.js';
import { until } from './waiting.js';

/** How long people talk: `TERTULIA_STORM_SECONDS=300` for the long form. */
const SECONDS = Number(process.env.TERTULIA_STORM_SECONDS ?? 10);
const ROOMS = ['plaza', 'cocina', 'terraza', 'patio'];
const PEOPLE = 20;

let server;
before(async () => (server = await Server.start()));
after(() => server.close());

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

test(`${PEOPLE} clients for ${SECONDS} s, cut, delayed, stalled, half-closed, reloaded and killed: everything once and in order`, { timeout: (SECONDS + 240) * 1_000 }, async (t) => {
  const random = seeded(t.name);
  const { between, pick } = random;
  const people = [];
  t.after(() => Promise.all(people.map((person) => person.close())));
  for (let i = 0; i < PEOPLE; i++) {
    const rooms = ROOMS.filter((_, room) => room === i % ROOMS.length || random.random() < 0.4);
    people.push(await Person.behind(() => server.port, `person-${i}`, rooms, random, i % 4 ? 'auto' : 'http'));
  }
  await until(() => people.every(({ client }) => client.state === 'online'));

  const sent = Object.fromEntries(ROOMS.map((room) => [room, []]));
  const notified = new Map(people.map(({ name }) => [name, []]));
  let texts = 0;
  let restart;
  const end = Date.now() + SECONDS * 1_000;
  const half = Date.now() + SECONDS * 500;
  while (Date.now() < end) {
    const person = pick(people);
    const text = `${++texts}`;
    const { room, to } = person.act(text, people);
    if (room) sent[room].push(`${person.name} ${text}`);
    if (to) notified.get(to).push(`${person.name} ${text}`);
    if (texts % 8 === 0) trouble(pick(people).proxy, random);
    if (texts % 40 === 0) pick(people).dieSoon();
    if (texts % 40 === 20) await pick(people).reload();
    if (!restart && Date.now() > half) restart = server.restart('SIGKILL');
    await pause(between(0, 15));
  }
  await restart;

  for (const { proxy } of people) proxy.refusing = false;
  await until(() => people.every((person) => person.idle), 'everything that was given is settled');
  // Then every room has its last entry, and every inbox its last notification.
  const last = new Map();
  for (const name of ROOMS) {
    const person = people.find(({ heard }) => heard.has(name));
    last.set(name, (await person.client.room(name).send('the end')).offset);
    sent[name].push(`${person.name} the end`);
  }
  for (const { name } of people) {
    await people[0].client.notify(name, 'the end');
    notified.get(name).push(`${people[0].name} the end`);
  }
  await until(
    () => people.every(({ heard, notifications }) => notifications.at(-1)?.message === 'the end' && [...heard].every(([name, entries]) => entries.at(-1)?.offset >= last.get(name))),
    'everybody has heard the end',
  );

  assert.deepEqual(people.flatMap(({ errors, refused }) => [...errors, ...refused]), []);
  for (const room of ROOMS) {
    const listeners = people.filter(({ heard }) => heard.has(room));
    for (const { name, heard } of listeners) assertWhole(heard.get(room), `${name} in ${room}`);
    // A replay no longer has the text of what was deleted meanwhile; somebody else has it, unless all were away.
    const texts = new Map();
    for (const { heard } of listeners) for (const { type, offset, client, message } of heard.get(room)) {
      if (type === 'chat' && (message !== undefined || !texts.has(offset))) texts.set(offset, message && `${client} ${message}`);
    }
    const missing = new Set(sent[room]);
    assert.equal(texts.size, missing.size, `everything sent to ${room} arrives once`);
    for (const text of texts.values()) assert.ok(text === undefined || missing.delete(text), `${text} was sent to ${room} once`);
    assert.equal(missing.size, [...texts.values()].filter((text) => text === undefined).length, `${[...missing]} did not arrive in ${room}`);
    const history = (await server.messages(room)).map(({ offset, client, message, reactions = [] }) => ({ offset, client, text: message, reactions: reactions.map(({ emoji }) => emoji).sort() }));
    for (const { name, heard } of listeners) assert.deepEqual(asTheyAre(heard.get(room)), history, `${name} in ${room}: what was heard makes the history`);
  }
  for (const { name, notifications } of people) {
    const heard = notifications.map(({ from, message }) => `${from} ${message}`);
    assert.deepEqual([...heard].sort(), [...notified.get(name)].sort(), `${name} is notified of everything once`);
  }
  const cuts = people.reduce((sum, { proxy }) => sum + proxy.opened, 0);
  const pages = people.reduce((sum, person) => sum + person.pages, 0);
  t.diagnostic(`${texts} requests, ${pages} pages, ${cuts} connections`);
  assert.ok(cuts > 3 * PEOPLE && pages > PEOPLE);
});
