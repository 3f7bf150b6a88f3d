/** The messages of a room since it was opened. */
export class PlainConversation extends EventTarget {
  version = 0;
  received = 0;
  following = true;
  members = [];
  count = 0;
  incomplete = false;
  #tertulia;
  #room;
  #entries = [];
  #failed = [];
  #keys = new Map();
  #end = new AbortController();

  constructor(tertulia, room, bell) {
    super();
    this.#tertulia = tertulia;
    this.#room = room;
    const on = this.#end;
    room.on('entry', (entry) => this.#came(entry), on);
    room.on('outgoing', () => this.#changed(), on);
    const look = () => room.presence(on).then(({ members, count }) => {
      Object.assign(this, { members, count });
      this.#changed();
    }, () => {});
    room.on('presence', look, on);
    look();
    bell.addEventListener('arrived', ({ detail: { id, scope, from, message, time } }) =>
      this.#append({ id, kind: scope, own: from === tertulia.client, client: from, text: message, time, state: 'stored' }), on);
  }

  get entries() {
    const known = new Set(this.#entries.filter(({ own }) => own).map(({ id }) => id));
    const waiting = this.#room.outgoing.filter(({ id, frame }) => frame.type === 'chat' && !known.has(id)).map(({ id, frame, time, state }) =>
      this.#entry({ ...frame, id, time, client: this.#tertulia.client }, state === 'sending' ? 'sent' : 'queued'));
    return [...this.#entries, ...this.#failed, ...waiting];
  }

  get readUpTo() {
    return this.following && !document.hidden ? (this.#entries.findLast(({ offset }) => offset)?.offset ?? 0) : 0;
  }

  nameOf(client) {
    return this.#entries.findLast((entry) => entry.client === client)?.sender ?? client;
  }

  get name() {
    return this.#room.name;
  }

  types() {
    this.#room.typing();
  }

  edit({ offset }, text) {
    return this.#room.edit(offset, text);
  }

  send(text, { replyTo: reply_to, data } = {}) {
    const sent = this.#room.send(text, { ...(reply_to && { reply_to }), ...(data && { data }) });
    sent.catch((error) => {
      if (['closed', 'stopped'].includes(error.code)) return;
      this.#failed.push(this.#entry({ id: Math.random(), client: this.#tertulia.client, message: text, sender: this.#tertulia.name, time: Date.now() }, 'refused', error));
      this.#changed();
    });
    return sent;
  }

  discard({ key }) {
    this.#failed = this.#failed.filter((other) => other.key !== key);
    this.#changed();
  }

  close() {
    this.#end.abort();
  }

  #came({ type, offset, target, message, ...entry }) {
    if (type === 'chat') this.#append({ ...this.#entry({ ...entry, message }), offset });
    else if (type === 'edited') this.#amend(target, { text: message });
  }

  #amend(target, fields) {
    this.#entries = this.#entries.map((entry) => (entry.offset === target ? { ...entry, ...fields } : entry));
    this.#changed();
  }

  #entry({ id, client, sender, message, time, system }, state = 'stored', error) {
    const own = client === this.#tertulia.client && !system;
    return { key: this.#key(`${client} ${id ?? Math.random()}`), id, kind: system ? 'system' : 'chat', own, client: system ? '' : client, sender, text: message ?? '', time, state, code: error?.code, reason: error?.message };
  }

  #key(name) {
    if (!this.#keys.has(name)) this.#keys.set(name, this.#keys.size + 1);
    return this.#keys.get(name);
  }

  #append(entry) {
    entry.key ??= this.#key(entry.id);
    this.#entries.push(entry);
    if (!entry.own) this.received++;
    this.#entries.splice(0, this.#entries.length - 500);
    if (this.readUpTo) this.#room.read(this.readUpTo);
    this.#changed();
  }

  #changed() {
    this.version++;
    this.dispatchEvent(new Event('change'));
  }
}
