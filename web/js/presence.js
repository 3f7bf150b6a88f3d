/** How long somebody is shown as typing after the last event that says so, in ms. */
const TYPING_MS = 5_000;

/** Of how many clients a name is remembered. */
const NAMES = 1_000;

/** Who is in a room, and who types there. Calls `changed` after a change. */
export class Presence {
  #room;
  #changed;
  #closing;
  #asking = false;
  #members = new Map();
  #count = 0;
  /** The timer that ends it, by client; in the order in which they began. */
  #typing = new Map();
  /** The last name of each client. */
  #names = new Map();

  /**
   * @param room a `Room` of the client
   * @param {() => void} changed
   * @param {AbortSignal} closing
   */
  constructor(room, changed, closing) {
    this.#room = room;
    this.#changed = changed;
    this.#closing = closing;
    const options = { signal: closing };
    room.on('joined', ({ count }) => this.#entered(count), options);
    room.on('presence', (change) => this.#moved(change), options);
    room.on('typing', ({ client, sender }) => this.#types(client, sender), options);
    closing.addEventListener('abort', () => this.#typing.forEach((timer) => clearTimeout(timer)));
    this.#ask();
  }

  /** `{client, name}` of the first few hundred that are here. */
  get members() {
    return Array.from(this.#members.keys(), (client) => ({ client, name: this.nameOf(client) }));
  }

  /** How many are here. */
  get count() {
    return Math.max(this.#count, this.#members.size);
  }

  /** The names of those who type. */
  get typing() {
    return Array.from(this.#typing.keys(), (client) => this.nameOf(client));
  }

  /** The name with which a client wrote last, else the one that the server gives it, which may be its id. */
  nameOf(client) {
    return this.#names.get(client) || this.#members.get(client) || client;
  }

  /** A message came from this client. */
  wrote({ client, sender }) {
    this.#remember(client, sender);
    this.#stop(client);
  }

  #entered(count) {
    this.#count = count;
    this.#ask();
    this.#changed();
  }

  /** Asks once; from then on, the room tells what changes. */
  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const { members, count } = await this.#room.presence({ signal: this.#closing });
      this.#members = new Map(members.map(({ client, name }) => [client, name]));
      this.#count = count;
      this.#changed();
    } catch {
      this.#asking = false; // it may not be entered yet; then it is asked again
    }
  }

  #moved({ event, client, name, count }) {
    if (event === 'left') {
      this.#members.delete(client);
      this.#stop(client);
    } else {
      this.#members.set(client, name);
    }
    this.#count = count;
    this.#changed();
  }

  #types(client, sender) {
    if (client === this.#room.client) return;
    this.#remember(client, sender);
    clearTimeout(this.#typing.get(client));
    this.#typing.set(client, setTimeout(() => this.#stop(client), TYPING_MS));
    this.#changed();
  }

  #stop(client) {
    clearTimeout(this.#typing.get(client));
    if (this.#typing.delete(client)) this.#changed();
  }

  #remember(client, name) {
    if (!name) return;
    this.#names.delete(client);
    this.#names.set(client, name);
    if (this.#names.size > NAMES) this.#names.delete(this.#names.keys().next().value);
  }
}
