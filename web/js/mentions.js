import { folded } from './text.js';

/** Mentions: `@` and the name, or the id, of somebody who may be mentioned. */

/** Of how many people names are looked for. */
const MOST_PEOPLE = 200;

/** How many are mentioned by one message at most. */
const MOST_MENTIONED = 20;

/** How far before the caret the `@` of a begun name is looked for. */
const LONGEST_BEGUN = 40;

const LETTER = /[\p{L}\p{N}]/u;

/** What stands before an `@` that is part of something else: an address, a path, `@@`. */
const JOINED = /[\p{L}\p{N}@/._-]$/u;

/** People by what they may be called: a name that two of them have is nobody's. */
export class Mentionable {
  /** `{called, client}`, longest first: "Ana María" before "Ana". */
  #called;

  /** @param {readonly {client: string, name?: string}[]} people */
  constructor(people) {
    const clients = new Map();
    const call = (called, client) => clients.set(called, clients.has(called) && clients.get(called) !== client ? null : client);
    const some = people.slice(0, MOST_PEOPLE);
    for (const { client, name } of some) if (name && name !== client) call(name, client);
    for (const { client } of some) clients.set(client, client);
    this.#called = [...clients].map(([called, client]) => ({ called, client })).filter(({ client }) => client !== null);
    this.#called.sort((one, other) => other.called.length - one.called.length);
  }

  /** Who is mentioned at this `@`: `{called, client}`, or `undefined`. */
  at(text, index) {
    if (JOINED.test(text.slice(Math.max(0, index - 2), index))) return undefined;
    const begin = index + 1;
    return this.#called.find(({ called }) => text.startsWith(called, begin) && !LETTER.test(text.charAt(begin + called.length)));
  }

  /** What to call somebody: the name, or the id where the name is not theirs alone. */
  nameOf({ client, name }) {
    return this.#called.some((each) => each.called === name && each.client === client) ? name : client;
  }

  /** The clients that a text mentions, each once. */
  mentionedIn(text) {
    const mentioned = new Set();
    for (let at = text.indexOf('@'); at >= 0 && mentioned.size < MOST_MENTIONED; at = text.indexOf('@', at + 1)) {
      const found = this.at(text, at);
      if (found) mentioned.add(found.client);
    }
    return [...mentioned];
  }
}

/** The mention that is being typed before the caret: `{begin, begun}`, or `null`. */
export function mentionBefore(text, caret) {
  const line = text.slice(Math.max(0, caret - LONGEST_BEGUN), caret);
  const at = line.lastIndexOf('@');
  const begin = caret - line.length + at;
  const begun = line.slice(at + 1);
  if (at < 0 || /^\s|\n/.test(begun) || JOINED.test(text.slice(Math.max(0, begin - 2), begin))) return null;
  return { begin, begun };
}

/** At most so many people whose name or id fits what was begun: by its beginning, or that of a word. */
export function completeMention(begun, people, most) {
  const wanted = folded(begun);
  const rank = ({ client, name = '' }) => {
    const shown = folded(name);
    if (shown.startsWith(wanted)) return 0;
    if (shown.includes(` ${wanted}`)) return 1;
    return client.toLowerCase().startsWith(wanted) ? 2 : 3;
  };
  return people
    .map((person) => ({ person, rank: rank(person) }))
    .filter((each) => each.rank < 3)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map(({ person }) => person);
}
