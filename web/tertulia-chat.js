import { chatStyle } from './js/embed/chat-style.js';
import { useRoom } from './js/embed/clients.js';
import { make, unseen } from './js/embed/dom.js';
import { Messages } from './js/embed/messages.js';
import { TertuliaElement } from './js/embed/tertulia-element.js';
import { isComposing } from './js/keys.js';
import { renderMarkup } from './js/markup.js';
import { Presence } from './js/presence.js';
import { ScrollPlace } from './js/scroll-place.js';
import { nameOf } from './js/talk-words.js';
import { chatTexts } from './js/words/chat.js';
import { RoomView } from './tertulia-view.js';

/** Nearer to an edge than this, in pixels, the next page is loaded. */
const AHEAD = 200;

/**
 * `<tertulia-chat server room client|token name lang>`: a room with its messages, and a field to write to it. Without
 * `room` it is the common room, `lobby`. Fires `tertulia-message` with each message that arrives.
 */
class TertuliaChat extends TertuliaElement {
  static style = chatStyle;

  #words;
  #room;
  #view;
  #messages;
  #place;
  /** Who is here, and who types. */
  #presence;
  #bar;
  #typing;
  #log;
  #jump;
  #field;
  #status;
  /** Why the room cannot be entered, or `null`. */
  #refused;
  /** The number of messages of others that came while the reader was elsewhere. */
  #unseen;

  start(root, signal) {
    const words = (this.#words = chatTexts[this.language]);
    const { room, release } = useRoom(this.tertulia, this.getAttribute('room') ?? 'lobby');
    this.#room = room;
    this.#view = new RoomView(room);
    this.#refused = null;
    this.#unseen = 0;
    signal.addEventListener('abort', () => {
      this.#view.close();
      this.#place.close();
      release();
    });

    this.#bar = make('div', { class: 'bar', role: 'status', hidden: true });
    const list = make('ol', { class: 'messages' });
    this.#log = make('div', { class: 'log', tabIndex: 0, role: 'log', 'aria-live': 'off', 'aria-label': words.log(room.name) },
      make('button', { class: 'link older', type: 'button', hidden: true, text: words.older, onclick: () => this.#older() }),
      make('p', { class: 'empty', hidden: true }),
      list);
    this.#jump = make('button', { class: 'jump', type: 'button', hidden: true, onclick: () => this.#toEnd() });
    this.#typing = make('p', { class: 'typing' });
    this.#field = make('textarea', { class: 'field', rows: 1, placeholder: words.placeholder, 'aria-label': words.message, enterKeyHint: 'send' });
    const form = make('form', { class: 'composer' }, this.#field, make('button', { class: 'send', type: 'submit', text: words.send }));
    this.#status = unseen('', { role: 'status' });
    root.replaceChildren(this.#bar, this.#log, this.#jump, this.#typing, form, this.#status);

    this.#messages = new Messages(list, {
      words,
      language: this.language,
      renderText: ({ message }) => renderMarkup(message, { me: this.tertulia.client, mentions: this.#presence.members }),
      acts: {
        retry: (key) => this.#view.retry(key),
        discard: (key) => this.#view.discard(key),
        goTo: (offset) => this.#goTo(offset),
        react: ({ offset }, emoji, remove) => room.react(offset, emoji, { remove }).catch(() => {}),
      },
    });
    this.#place = new ScrollPlace(this.#log, list, () => this.#moved());
    this.#presence = new Presence(room, () => this.#showTyping(), signal);
    const hear = (event, act) => room.on(event, act, { signal });
    hear('entry', (entry) => this.#came(entry));
    hear('refused', (error) => this.#setRefused(error));
    hear('joined', () => this.#setRefused(null));
    this.#view.on('change', () => this.#show());
    form.addEventListener('submit', (event) => this.#submit(event));
    this.#field.addEventListener('keydown', (event) => this.#pressed(event));
    this.#field.addEventListener('input', () => this.#field.value && room.typing());
    document.addEventListener('visibilitychange', () => this.#read(), { signal });
    this.#show();
  }

  /** Sends a message, as the field does. Settles when it is stored. */
  send(text, options) {
    return this.#room.send(text, options);
  }

  focus(options) {
    this.#field?.focus(options);
  }

  stateChanged(state, why) {
    const words = this.#words;
    const stopped = words.whyStopped[why] ?? words.closed;
    const online = this.#refused ? words.noEntry : this.#view.incomplete ? words.incomplete : '';
    const texts = { offline: words.awayNotice, stopped, online };
    const text = texts[state] ?? '';
    this.#bar.hidden = text === '';
    if (text === this.#bar.firstChild?.textContent) return;
    this.#bar.replaceChildren(make('span', { text }));
    if (state === 'stopped') {
      this.#bar.append(make('button', { class: 'link', type: 'button', text: words.connectAgain, onclick: () => this.tertulia.connect() }));
    }
  }

  #setRefused(error) {
    this.#refused = error;
    this.stateChanged(this.tertulia.state, this.tertulia.why);
  }

  #show() {
    const { messages, older, newer, arrived, loaded } = this.#view;
    const words = this.#words;
    // A box that is at its end follows it; this end is not that of the room.
    if (newer) this.#place.away = true;
    if (this.#place.away) this.#place.hold();
    this.#log.querySelector('.older').hidden = !older || messages.length === 0;
    const empty = this.#log.querySelector('.empty');
    empty.hidden = messages.length > 0;
    empty.textContent = loaded ? words.empty : words.states.connecting;
    this.#messages.show(messages);
    this.#place.keep();
    if (this.#atEnd) this.#unseen = 0;
    const unseen = Math.max(this.#unseen, arrived);
    this.#jump.hidden = this.#atEnd;
    this.#jump.textContent = unseen > 0 ? words.unseen(unseen) : words.jump;
    this.stateChanged(this.tertulia.state, this.tertulia.why);
    this.#read();
  }

  #showTyping() {
    const names = this.#presence.typing;
    this.#typing.textContent = names.length > 0 ? this.#words.typing(names) : '';
  }

  #came(entry) {
    if (entry.type === 'chat' && !entry.system) this.#presence.wrote(entry);
    if (entry.type !== 'chat' || entry.system || entry.client === this.tertulia.client || !this.#view.loaded) return;
    this.#unseen++;
    this.#status.textContent = `${nameOf(entry.sender, this.#words)}: ${entry.message ?? ''}`;
    this.dispatchEvent(new CustomEvent('tertulia-message', { detail: entry }));
  }

  /** Whether the reader is at the end of the room. */
  get #atEnd() {
    return !this.#place.away && !this.#view.newer;
  }

  /** The reader has scrolled, or was brought elsewhere. */
  #moved() {
    const { loaded, older, newer } = this.#view;
    if (!loaded) return;
    if (older && this.#place.before < AHEAD) this.#older();
    else if (newer && this.#place.after < AHEAD) this.#view.loadNewer().catch(() => {});
    this.#show();
  }

  /** What stands at the end was read, if it can be seen. */
  #read() {
    if (document.hidden || !this.#atEnd || !this.#view.loaded) return;
    const last = this.#view.messages.findLast(({ offset, state }) => state === 'stored' && offset !== undefined);
    if (last) this.#room.read(last.offset);
  }

  #older() {
    this.#view.loadOlder().catch(() => {});
  }

  async #toEnd() {
    await this.#view.toEnd().catch(() => {});
    this.#show();
    this.#place.toEnd();
    this.#field.focus({ preventScroll: true });
  }

  async #goTo(offset) {
    await this.#view.goTo(offset).catch(() => {});
    this.#show();
    const goal = this.#messages.mark(offset);
    if (goal) this.#place.show(goal);
  }

  #pressed(event) {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    this.#submit(event);
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#field.value;
    if (text.trim() === '') return;
    this.#field.value = '';
    this.#place.toEnd();
    this.#room.send(text).catch(() => {}); // it is shown as failed
    if (this.#view.newer) this.#toEnd();
  }
}

customElements.define('tertulia-chat', TertuliaChat);
