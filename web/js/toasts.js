import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { bellWords, textOf, titleOf } from './bell-words.js';
import { LightElement } from './light-element.js';
import { shortened } from './text.js';

/** How many are shown at once. */
const MOST = 3;

/** For how long each is shown. */
const SHOWN_MS = 6_000;

/** How many characters of a text are shown. */
const CHARACTERS = 240;

/**
 * The last few notifications that arrived, shown over the page for some seconds, from when the page can be seen on. A
 * click marks one as read. One that was read elsewhere, or revoked, goes.
 *
 * They are hidden from screen readers, which read the same text in the conversation.
 */
class NotificationToasts extends LightElement {
  static properties = { bell: { attribute: false }, shown: { state: true } };

  /** The timer that ends each, by id: those that a person could see have one. */
  #timers = new Map();

  constructor() {
    super();
    this.shown = [];
  }

  connected(signal) {
    this.bell.addEventListener('arrived', ({ detail }) => this.#show(detail), { signal });
    this.bell.addEventListener('change', () => this.#review(), { signal });
    document.addEventListener('visibilitychange', () => this.#seen(), { signal });
  }

  #show(notification) {
    this.#keep([...this.shown, notification].slice(-MOST));
    this.#seen();
  }

  /** From now on a person can see them, if the page is not hidden. */
  #seen() {
    if (document.hidden) return;
    for (const { id } of this.shown) {
      if (this.#timers.has(id)) continue;
      this.#timers.set(id, setTimeout(() => this.#hide(id), SHOWN_MS));
      this.bell.shown(id);
    }
  }

  #review() {
    const left = this.shown.filter(({ id }) => this.bell.find(id)?.read === false);
    if (left.length < this.shown.length) this.#keep(left);
  }

  #hide(id) {
    this.#keep(this.shown.filter((other) => other.id !== id));
  }

  /** Shows these, and no others. */
  #keep(shown) {
    this.shown = shown;
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, timer] of this.#timers) {
      if (ids.has(id)) continue;
      clearTimeout(timer);
      this.#timers.delete(id);
    }
  }

  render() {
    return html`<div id="toasts" aria-hidden="true">
      ${repeat(this.shown, ({ id }) => id, (notification) => html`
        <div class="toast ${notification.scope}" @click=${() => this.#clicked(notification)}>
          <span class="icon ${notification.scope}"></span>
          <p>
            <b>${titleOf(notification)}</b>
            ${notification.urgency === 'high' ? html`<span class="urgent">${bellWords.high}</span>` : nothing}
            <span class="text" dir="auto">${shortened(textOf(notification), CHARACTERS)}</span>
          </p>
        </div>`)}
    </div>`;
  }

  #clicked({ id }) {
    this.bell.markRead(id);
    this.#hide(id);
  }
}

customElements.define('notification-toasts', NotificationToasts);
