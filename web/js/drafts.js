import { own, write } from './storage.js';

const PREFIX = `${own('tertulia.draft')}:`;

/** Of how many rooms a draft is kept; the oldest drafts are dropped. */
const MOST = 50;

/** How long typing pauses before a draft is stored, in ms. */
const WAIT_MS = 400;

/** What was typed and not sent, by room. It survives a reload; where storage is denied, it lasts as long as the page. */
export class Drafts {
  #storage;
  #texts = new Map();
  /** What the storage does not have yet. */
  #unwritten = new Set();
  #timer;

  /** @param {() => Storage} storage */
  constructor(storage) {
    this.#storage = storage;
    this.#load();
    addEventListener('pagehide', () => this.#write());
    document.addEventListener('visibilitychange', () => this.#write());
  }

  /** What was typed in this room; empty if nothing was. */
  of(room) {
    return this.#texts.get(room) ?? '';
  }

  keep(room, text) {
    if (text === this.of(room)) return;
    this.#texts.delete(room);
    if (text !== '') this.#texts.set(room, text);
    this.#unwritten.add(room);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MOST) break;
      this.#texts.delete(oldest);
      this.#unwritten.add(oldest);
    }
    clearTimeout(this.#timer);
    if (text === '') this.#write();
    else this.#timer = setTimeout(() => this.#write(), WAIT_MS);
  }

  #load() {
    try {
      const storage = this.#storage();
      for (const key of Object.keys(storage)) {
        if (key.startsWith(PREFIX)) this.#texts.set(key.slice(PREFIX.length), storage.getItem(key));
      }
    } catch {
      // It is denied: there are none.
    }
  }

  #write() {
    clearTimeout(this.#timer);
    for (const room of this.#unwritten) write(this.#storage, PREFIX + room, this.#texts.get(room) ?? null);
    this.#unwritten.clear();
  }
}
