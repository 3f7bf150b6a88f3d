import { dayOf, together } from '../grouping.js';
import { plainText } from '../markup.js';
import { nameOf, reasonOf } from '../talk-words.js';
import { firstCharacters } from '../text.js';
import { make, timeView, unseen } from './dom.js';

/** How much of a message is quoted. */
const QUOTED = 80;

/** How long the message that was gone to is marked. */
const MARKED_MS = 2_000;

/** The messages of a view as a list in the page: only those that have changed are made again. */
export class Messages {
  #list;
  #words;
  #language;
  #renderText;
  #acts;
  /** By key: `{ parts, node }`, where `parts` is what the node was made from. */
  #shown = new Map();

  /**
   * @param {HTMLOListElement} list
   * @param {{ words: object, language: string, renderText: (message: object) => Node[],
   *     acts: { retry(key: string): void, discard(key: string): void, goTo(offset: number): void,
   *     react(message: object, emoji: string, remove: boolean): void } }} how
   */
  constructor(list, { words, language, renderText, acts }) {
    this.#list = list;
    this.#words = words;
    this.#language = language;
    this.#renderText = renderText;
    this.#acts = acts;
  }

  /** Shows these messages. */
  show(messages) {
    const before = this.#shown;
    this.#shown = new Map();
    let previous = null;
    for (const message of messages) {
      const day = dayOf(message.time);
      const isNewDay = previous === null || dayOf(previous.time) !== day;
      if (isNewDay) this.#keep(before, `day ${day}`, [this.#day(message)], ([day]) => make('li', { class: 'day', text: day }));
      const isFirst = isNewDay || !together(previous, message);
      const answered = message.reply_to === undefined ? undefined : messages.find(({ offset }) => offset === message.reply_to);
      this.#keep(before, message.key, [message, isFirst, answered], (parts) => this.#message(...parts));
      previous = message;
    }
    for (const [key, { node }] of before) if (!this.#shown.has(key)) node.remove();
    let at = this.#list.firstChild;
    for (const { node } of this.#shown.values()) {
      if (node === at) at = at.nextSibling;
      else this.#list.insertBefore(node, at);
    }
  }

  /** Marks a message for a moment, and gives it the focus; `null` if it is not here. */
  mark(offset) {
    const node = this.#list.querySelector(`[data-offset="${offset}"]`);
    node?.focus({ preventScroll: true });
    node?.classList.add('goal');
    setTimeout(() => node?.classList.remove('goal'), MARKED_MS);
    return node;
  }

  #keep(before, key, parts, make) {
    const known = before.get(key);
    const same = known?.parts.every((part, i) => part === parts[i]);
    if (same) this.#shown.set(key, known);
    else {
      const node = make(parts);
      known?.node.replaceWith(node);
      this.#shown.set(key, { parts, node });
      before.delete(key);
    }
  }

  #message(message, isFirst, answered) {
    const { own, state, offset, time, key } = message;
    const words = this.#words;
    const node = make('li', { class: 'message', 'data-state': state, 'data-key': key, 'data-offset': offset, 'data-client': message.client, tabIndex: -1 },
      isFirst && !own ? make('p', { class: 'who' }, make('bdi', { class: 'sender', text: this.#nameOf(message) })) : unseen(own ? `${words.you}: ` : `${this.#nameOf(message)}: `),
      make('div', { class: 'bubble' },
        message.reply_to === undefined || message.deleted ? null : this.#quote(message.reply_to, answered),
        this.#text(message),
        make('p', { class: 'marks' },
          timeView(time, this.#language),
          message.edited && !message.deleted ? make('span', { class: 'edited', text: words.edited }) : null,
          ...(message.reactions ?? []).map((reaction) => this.#reaction(message, reaction)),
          ...(state === 'stored' ? [] : this.#unsent(message)))));
    node.classList.toggle('own', own);
    node.classList.toggle('first', isFirst);
    if (own) node.part.add('own');
    return node;
  }

  #text(message) {
    const words = this.#words;
    const gone = message.deleted ? words.deleted : message.unreadable ? words.unreadable : message.message ? null : words.noText;
    if (gone) return make('p', { class: 'gone', text: gone });
    return make('div', { class: 'text', dir: 'auto' }, ...this.#renderText(message));
  }

  #quote(offset, answered) {
    const words = this.#words;
    const text = answered && !answered.deleted
      ? `${words.inReplyTo(this.#nameOf(answered))}: ${plainText(firstCharacters(answered.message ?? '', QUOTED))}`
      : words.originalUnknown;
    return make('button', { class: 'quote', type: 'button', text, onclick: () => this.#acts.goTo(offset) });
  }

  #reaction(message, { emoji, count, mine }) {
    return make('button', {
      class: 'reaction', type: 'button', 'aria-pressed': String(mine), 'aria-label': this.#words.reaction(emoji, count, mine), text: `${emoji} ${count}`,
      onclick: () => this.#acts.react(message, emoji, mine),
    });
  }

  #unsent({ key, state, error }) {
    const words = this.#words;
    const link = (text, act) => make('button', { class: 'link', type: 'button', text, onclick: () => act(key) });
    if (state !== 'failed') return [make('span', { class: 'state', text: words[state] })];
    const why = make('span', { class: 'state', text: `${words.failed} ${reasonOf(error, words)}` });
    return [why, link(words.retry, this.#acts.retry), link(words.discard, this.#acts.discard)];
  }

  #nameOf({ sender, own }) {
    return own && !sender ? this.#words.you : nameOf(sender, this.#words);
  }

  #day({ time }) {
    const ago = dayOf(Date.now()) - dayOf(time);
    if (ago === 0) return this.#words.today;
    if (ago === 1) return this.#words.yesterday;
    return new Date(time).toLocaleDateString(this.#language, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  }
}
