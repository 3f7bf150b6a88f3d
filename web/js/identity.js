import { localStore } from '../tertulia.js';
import { randomId } from './random-id.js';
import { takeSession } from './sign-in.js';
import { browserStorage, own, read, tabStorage, write } from './storage.js';
import { claim } from './tab-claim.js';

/**
 * Who this page is: a client id, a name to show, and where both are kept.
 *
 * In the mode `tab`, which is the default, each tab is a client of its own: a reload keeps it, a new or duplicated tab
 * is another one, and three tabs can be three people. A new tab starts with the last name chosen in this browser. In
 * the mode `browser`, all tabs are one client, with one name and one read state. So they are for a person who has
 * signed in. A guest, where the server lets people in without a token, is a new client at each connection, and nothing
 * is kept of it. Without storage, all of it lasts as long as the page.
 */

const MODE_KEY = own('tertulia.mode');
const ID_KEY = own('tertulia.client');
const NAME_KEY = own('tertulia.name');
const TOKEN_KEY = own('tertulia.token');
/** Whether the server lets this browser in without a token. */
const GUEST_KEY = own('tertulia.guest');

/** The protocol's bound on `sender`. */
export const MAX_NAME = 256;

/** Ids that begin with `~` are reserved for the server. */
const VALID_ID = /^(?!~)[A-Za-z0-9_\-.:@=+|~]{1,128}$/;

/** The identity of this page. */
export async function takeIdentity() {
  const session = await takeSession();
  if (session) return new Identity('browser', browserStorage, session.client, session);
  const mode = read(browserStorage, MODE_KEY) === 'browser' ? 'browser' : 'tab';
  const storage = mode === 'browser' ? browserStorage : tabStorage;
  return new Identity(mode, storage, mode === 'browser' ? keptId() : await ownId());
}

class Identity extends EventTarget {
  /** `tab` or `browser`. */
  mode;
  /** The id of the client; `null` until the server has read it from the token. */
  client;
  /** What was put in where the server wants a token, or `null`. */
  token;
  /** The session of the person, `{client, name}`, or `null`. */
  session;
  /** Whether it is a guest: the server makes a client of it, with a name of its own. */
  guest;
  /** The store of the client; `undefined` for a guest, of which nothing is kept. */
  store;
  /** Where the page keeps what belongs to this client. */
  storage;
  name;

  constructor(mode, storage, client, session = null) {
    super();
    this.mode = mode;
    this.storage = storage;
    this.session = session;
    this.token = session ? null : read(storage, TOKEN_KEY);
    this.guest = session === null && this.token === null && read(browserStorage, GUEST_KEY) !== null;
    this.store = this.guest ? undefined : localStore(storage);
    this.client = this.token === null && !this.guest ? client : null;
    this.name = this.guest ? '' : (session?.name || (read(storage, NAME_KEY) ?? read(browserStorage, NAME_KEY) ?? '')).slice(0, MAX_NAME);
  }

  /** The server says who this is. */
  isNow(client) {
    if (client === this.client) return;
    this.client = client;
    this.dispatchEvent(new Event('change'));
  }

  rename(name) {
    if (name === this.name) return;
    this.name = name;
    write(this.storage, NAME_KEY, name);
    write(browserStorage, NAME_KEY, name);
    this.dispatchEvent(new Event('change'));
  }

  /** Takes the other mode from the next start of the page on. */
  changeMode(mode) {
    write(browserStorage, MODE_KEY, mode === 'browser' ? mode : null);
  }

  /** Is a guest, or no longer, from the next start of the page on. */
  changeGuest(guest) {
    write(browserStorage, GUEST_KEY, guest ? '1' : null);
  }

  /** Takes a token, or none, from the next start of the page on. */
  changeToken(token) {
    write(this.storage, TOKEN_KEY, token);
  }
}

/** The id that all tabs share. */
function keptId() {
  const id = read(browserStorage, ID_KEY);
  if (id && VALID_ID.test(id)) return id;
  write(browserStorage, ID_KEY, randomId('web'));
  // Another tab may have been faster.
  return read(browserStorage, ID_KEY) ?? randomId('web');
}

/** The id of this tab: the stored one if no other tab holds it, else a fresh one. */
async function ownId() {
  const stored = read(tabStorage, ID_KEY);
  if (stored && VALID_ID.test(stored) && (await claim(stored))) return stored;
  if (stored) forget(stored);
  const fresh = randomId('tab');
  write(tabStorage, ID_KEY, fresh);
  claim(fresh);
  return fresh;
}

/** A duplicated tab has a copy of what its original keeps: it is of no use here. */
function forget(client) {
  const { store, end } = { store: localStore(tabStorage), end: `:${client}:` };
  try {
    for (const key of store.keys('tertulia:')) if (key.includes(end)) store.delete(key);
  } catch {
    // Without storage, there is nothing to forget.
  }
}
