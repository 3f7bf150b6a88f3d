import { byteLength, MAX_MESSAGE_BYTES, readFrame, wellFormed } from './frames.js';
import { Outbox } from './outbox.js';

/**
 * The entries since this page was opened, and the messages that wait to be sent. Fires `change` after a change.
 *
 * An entry is an object that is replaced, never altered: `key` (its own for ever), `kind`, `own`, `client`,
 * `sender`, `text`, `time`, and `state`: `received`, `queued`, `sent`, `unconfirmed` or `refused`, with the
 * error's `code` and its text as `reason`. An own message keeps its key when its echo replaces it
 * in the order of the others.
 *
 * The oldest entries are forgotten: beyond MAX_ENTRIES while the reader follows the end, beyond
 * MAX_ENTRIES_READING while they read further up (so that the text doesn't move under their eyes), and
 * beyond MAX_CHARACTERS in any case.
 */
const MAX_ENTRIES = 500;
const MAX_ENTRIES_READING = 1000;
const MAX_CHARACTERS = 4_000_000;

/** How soon a connection that accepted no more is tried again. */
const PUMP_MS = 100;

export class Conversation extends EventTarget {
  /** Increases with every change. */
  version = 0;

  /** The number of entries so far, including forgotten ones. */
  received = 0;

  /** Whether the reader is at the end. */
  following = true;

  #connection;
  #clientId;
  #entries = [];
  #characters = 0;
  #outbox = new Outbox();
  #nextKey = 1;
  #pumpTimer;

  constructor(connection, clientId) {
    super();
    this.#connection = connection;
    this.#clientId = clientId;
    connection.addEventListener('frame', ({ detail }) => this.#hear(detail));
    connection.addEventListener('phase', () => this.#phaseChanged());
  }

  /** All entries to show, in order: received ones, then pending ones. */
  get entries() {
    return [...this.#entries, ...this.#outbox.items];
  }

  /** The number of messages that wait for the connection to come back. */
  get queued() {
    return this.#outbox.queued;
  }

  /**
   * Sends a message, now or when the connection is back.
   *
   * @return `ok`, or why nothing was sent: `too_large`, `queue_full`
   */
  say(kind, sender, rawText) {
    const text = wellFormed(rawText);
    if (byteLength(text) > MAX_MESSAGE_BYTES) return 'too_large';
    const item = { key: this.#nextKey++, kind, own: true, client: this.#clientId, sender: wellFormed(sender), text };
    if (!this.#outbox.add({ ...item, time: Date.now() })) return 'queue_full';
    this.#pump();
    this.#changed();
    return 'ok';
  }

  /** Sends an unconfirmed or refused entry again, as a new one at the end; returns what `say` does. */
  resend(entry) {
    const outcome = this.say(entry.kind, entry.sender, entry.text);
    if (outcome === 'ok') this.discard(entry);
    return outcome;
  }

  discard(entry) {
    this.#entries = this.#entries.filter(({ key }) => key !== entry.key);
    this.#characters -= entry.text.length;
    this.#changed();
  }

  #hear(frame) {
    const heard = readFrame(frame);
    if (!heard) return;
    if (heard.kind === 'error' && this.#refused(heard)) return;
    const own = heard.kind !== 'system' && heard.client === this.#clientId;
    const { item, skipped } = own ? this.#outbox.confirm(heard) : { item: null, skipped: [] };
    this.#append(...skipped.map(asUnconfirmed));
    const entry = { ...heard, own, state: 'received', key: item?.key ?? this.#nextKey++ };
    this.#append(entry);
    this.dispatchEvent(new CustomEvent('heard', { detail: entry }));
    this.#changed();
  }

  /** An error with a `ref` is not an entry of its own: the refused message shows it. */
  #refused({ ref, code, text }) {
    const item = this.#outbox.refuse(ref);
    if (item) {
      this.#append({ ...item, state: 'refused', code, reason: text });
      this.#changed();
    }
    return item !== null;
  }

  #phaseChanged() {
    if (this.#connection.phase === 'open') this.#pump();
    else this.#append(...this.#outbox.takeSent().map(asUnconfirmed));
    this.#changed();
  }

  #pump() {
    clearTimeout(this.#pumpTimer);
    const all = this.#outbox.pump((frame) => this.#connection.send(frame));
    if (all || this.#connection.phase !== 'open') return;
    this.#pumpTimer = setTimeout(() => {
      this.#pump();
      this.#changed();
    }, PUMP_MS);
  }

  #append(...entries) {
    this.#entries.push(...entries);
    this.received += entries.length;
    this.#characters += entries.reduce((sum, { text }) => sum + text.length, 0);
    const most = this.following ? MAX_ENTRIES : MAX_ENTRIES_READING;
    while (this.#entries.length > most || this.#characters > MAX_CHARACTERS) {
      this.#characters -= this.#entries.shift().text.length;
    }
  }

  #changed() {
    this.version++;
    this.dispatchEvent(new Event('change'));
  }
}

function asUnconfirmed(item) {
  return { ...item, state: 'unconfirmed' };
}
