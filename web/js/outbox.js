import { frameFor } from './frames.js';

/**
 * The messages of this tab that the server has not echoed yet, oldest first.
 *
 * An item is `queued` until the connection takes it, then `sent` until its echo comes, or an error that names
 * it. The echo of an item is a frame of the same kind, from this client, with the same text; echoes of one
 * kind keep their order.
 * What was `sent` when a connection ends may or may not have arrived, and the base protocol can't tell: it
 * leaves the outbox as unconfirmed, and only a person sends it again.
 *
 * Bounded in items and in characters; past either, `add` refuses.
 */
const MAX_ITEMS = 200;
const MAX_CHARACTERS = 1_000_000;

export class Outbox {
  #items = [];

  /** Sent items, then queued ones. */
  get items() {
    return this.#items;
  }

  get queued() {
    return this.#items.filter((item) => item.state === 'queued').length;
  }

  /** @return `false` if the outbox is full; nothing was added */
  add(item) {
    const characters = this.#items.reduce((sum, { text }) => sum + text.length, item.text.length);
    if (this.#items.length >= MAX_ITEMS || characters > MAX_CHARACTERS) return false;
    this.#items.push({ ...item, state: 'queued' });
    return true;
  }

  /**
   * Passes queued items to `send`, in order, until that refuses.
   *
   * @return whether all of them were accepted
   */
  pump(send) {
    for (const [index, item] of this.#items.entries()) {
      if (item.state === 'sent') continue;
      if (!send(frameFor(item))) return false;
      this.#items[index] = { ...item, state: 'sent' };
    }
    return true;
  }

  /**
   * Finds the item that this is the echo of, and removes it.
   *
   * @return the `item` (or `null`) and those that were `skipped`: sent before it, of its kind, never echoed
   */
  confirm({ kind, text }) {
    const sent = this.#items.filter((item) => item.state === 'sent' && item.kind === kind);
    const position = sent.findIndex((item) => item.text === text || (item.text === '' && kind !== 'chat'));
    if (position < 0) return { item: null, skipped: [] };
    const settled = sent.slice(0, position + 1);
    this.#items = this.#items.filter((item) => !settled.includes(item));
    return { item: settled[position], skipped: settled.slice(0, position) };
  }

  /**
   * Removes the item with this key, which the server has refused.
   *
   * @return the item, or `null` if there is none
   */
  refuse(refused) {
    const item = this.#items.find(({ key, state }) => state === 'sent' && key === refused) ?? null;
    this.#items = this.#items.filter((other) => other !== item);
    return item;
  }

  /** The connection ended: removes and returns the items that it may have lost. */
  takeSent() {
    const sent = this.#items.filter((item) => item.state === 'sent');
    this.#items = this.#items.filter((item) => item.state === 'queued');
    return sent;
  }
}
