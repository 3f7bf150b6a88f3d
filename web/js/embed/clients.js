import { localStore, Tertulia } from '../../tertulia.js';
import { randomId } from '../random-id.js';

/** The clients of this page: elements that say the same share one, and its connection. */
const shared = [];

/** When the first `welcome` of each client came, by the server's clock. */
const welcomed = new WeakMap();

/** How many elements show each room of each client. */
const shown = new WeakMap();

/** Where the id of a browser is kept that was not given one. */
const ID_KEY = 'tertulia.embedded';

/**
 * The client that an element uses, and how it lets go of it.
 *
 * An element says who it is by `token`, or `client`, or by neither: then it is a client of this browser. The last
 * element to let go closes the connection.
 *
 * @param {{ server: string, token?: string | Function, client?: string, name?: string }} options
 * @return {{ tertulia: Tertulia, release: () => void }}
 */
export function useClient({ server, token, client, name }) {
  const same = (other) => other.server === server && other.token === token && other.client === client;
  let use = shared.find(same);
  if (!use) {
    use = { server, token, client, users: 0, tertulia: start({ server, token, client, name }) };
    shared.push(use);
  }
  if (name !== undefined) use.tertulia.name = name;
  use.users++;
  return {
    tertulia: use.tertulia,
    release() {
      if (--use.users > 0) return;
      shared.splice(shared.indexOf(use), 1);
      use.tertulia.close();
    },
  };
}

/** When the first `welcome` of a client came; `undefined` if it has not come, and now if nobody has seen it. */
export function welcomeOf(tertulia) {
  return welcomed.get(tertulia) ?? (tertulia.state === 'online' ? Date.now() : undefined);
}

/** A room of a client, joined as long as an element shows it: the last one to let go leaves it. */
export function useRoom(tertulia, name) {
  if (!shown.has(tertulia)) shown.set(tertulia, new Map());
  const counts = shown.get(tertulia);
  counts.set(name, (counts.get(name) ?? 0) + 1);
  const room = tertulia.room(name);
  return {
    room,
    release() {
      counts.set(name, counts.get(name) - 1);
      if (counts.get(name) > 0) return;
      counts.delete(name);
      room.leave().catch(() => {}); // the client was closed, which leaves it as well
    },
  };
}

function start({ server, token, client, name }) {
  const who = token === undefined ? { client: client ?? idOfThisBrowser() } : { token };
  const tertulia = new Tertulia(server, { ...who, name, store: localStore() });
  tertulia.on('welcome', ({ time }) => welcomed.has(tertulia) || welcomed.set(tertulia, time));
  return tertulia;
}

function idOfThisBrowser() {
  const fresh = randomId('web');
  try {
    const kept = localStorage.getItem(ID_KEY);
    if (kept) return kept;
    localStorage.setItem(ID_KEY, fresh);
  } catch {
    // Without storage the id lasts as long as the page.
  }
  return fresh;
}
