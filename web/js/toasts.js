import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { bellWords, textOf, titleOf } from './bell-words.js';
import { LightElement } from './light-element.js';

/**
 * The last few notifications that arrived, shown over the page for some seconds, from when the page can be seen on. A
 * click marks one as read. One that was read elsewhere, or revoked, goes.
 *
 * They are hidden from screen readers, which read the same text in the conversation.
 */
class NotificationToasts extends LightElement {
  static properties = { bell: { attribute: false }, shown: { state: true } };

  static MOST = 3;
  static SECONDS = 6;
  static CHARACTERS = 240;

  constructor() {
    super();
    this.shown = [];
  }

  firstUpdated() {
    this.bell.addEventListener('arrived', ({ detail }) => this.#show(detail));
    this.bell.addEventListener('change', () => this.#review());
    document.addEventListener('visibilitychange', () => this.#seen());
  }

  #show(notification) {
    this.shown = [...this.shown, notification].slice(-NotificationToasts.MOST);
    this.#seen();
  }

  /** From now on a person can see them, if the page is not hidden. */
  #seen() {
    if (document.hidden) return;
    for (const { id } of this.shown) {
      this.bell.shown(id);
      setTimeout(() => this.#hide(id), NotificationToasts.SECONDS * 1000);
    }
  }

  #review() {
    if (this.shown.length === 0) return;
    const left = this.shown.filter(({ id }) => this.bell.find(id)?.read === false);
    if (left.length < this.shown.length) this.shown = left;
  }

  #hide(id) {
    this.shown = this.shown.filter((other) => other.id !== id);
  }

  render() {
    return html`<div id="toasts" aria-hidden="true">
      ${repeat(this.shown, ({ id }) => id, (notification) => html`
        <div class="toast ${notification.scope}" @click=${() => this.#clicked(notification)}>
          <span class="icon ${notification.scope}"></span>
          <p>
            <b>${titleOf(notification)}</b>
            ${notification.urgency === 'high' ? html`<span class="urgent">${bellWords.high}</span>` : nothing}
            <span class="text" dir="auto">${beginning(textOf(notification))}</span>
          </p>
        </div>`)}
    </div>`;
  }

  #clicked({ id }) {
    this.bell.markRead(id);
    this.#hide(id);
  }
}

function beginning(text) {
  const signs = Array.from(text.slice(0, 2 * NotificationToasts.CHARACTERS));
  const cut = signs.slice(0, NotificationToasts.CHARACTERS).join('');
  return cut.length < text.length ? `${cut}…` : cut;
}

customElements.define('notification-toasts', NotificationToasts);
