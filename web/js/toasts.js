import { html } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { LightElement } from './light-element.js';
import { words } from './words.js';

/**
 * The last few notifications, shown over the page for some seconds. A click removes one.
 *
 * They are hidden from screen readers, which read the same text in the conversation.
 */
class NotificationToasts extends LightElement {
  static properties = { shown: { state: true } };

  static MOST = 3;
  static SECONDS = 6;
  static CHARACTERS = 240;

  constructor() {
    super();
    this.shown = [];
  }

  show(entry) {
    const text = Array.from(entry.text.slice(0, 2 * NotificationToasts.CHARACTERS));
    const cut = text.slice(0, NotificationToasts.CHARACTERS).join('');
    const toast = { key: entry.key, kind: entry.kind, text: cut.length < entry.text.length ? `${cut}…` : cut };
    this.shown = [...this.shown, toast].slice(-NotificationToasts.MOST);
    setTimeout(() => this.#hide(toast), NotificationToasts.SECONDS * 1000);
  }

  #hide(toast) {
    this.shown = this.shown.filter((other) => other !== toast);
  }

  render() {
    return html`<div id="toasts" aria-hidden="true">
      ${repeat(this.shown, ({ key }) => key, (toast) => html`
        <div class="toast ${toast.kind}" @click=${() => this.#hide(toast)}>
          <span class="icon ${toast.kind}"></span>
          <p><b>${words[toast.kind]}</b><span class="text" dir="auto">${toast.text}</span></p>
        </div>`)}
    </div>`;
  }
}

customElements.define('notification-toasts', NotificationToasts);
