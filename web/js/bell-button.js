import { html } from 'lit';
import { bellWords } from './bell-words.js';
import { formatNumber } from './format.js';
import { LightElement } from './light-element.js';
import { shortCount } from './unread-count.js';

/**
 * The button with the number of unread notifications. Fires `toggle`: the panel is to be opened, or closed.
 *
 * Set `open` while the panel is, and `version` whenever the bell has changed.
 */
class NotificationBell extends LightElement {
  static properties = { bell: { attribute: false }, version: { attribute: false }, open: { type: Boolean } };

  render() {
    const { unread } = this.bell;
    return html`<button id="bell" type="button" aria-expanded=${this.open ? 'true' : 'false'} data-unread=${unread}
      title=${bellWords.title} @click=${() => this.dispatchEvent(new CustomEvent('toggle'))}>
      <span class="icon bell" aria-hidden="true"></span>
      <span class="label">${bellWords.title}</span>
      <span class="count" aria-hidden="true" ?hidden=${unread === 0}>${shortCount(unread)}</span>
      <span class="unseen" ?hidden=${unread === 0}>${bellWords.unread(formatNumber(unread))}</span>
    </button>`;
  }

  focusButton() {
    this.querySelector('button')?.focus();
  }
}

customElements.define('notification-bell', NotificationBell);
