import { html } from 'lit';
import { hueOf, initials } from './format.js';
import { LightElement } from './light-element.js';
import { words } from './words.js';

/** The identity of this page and the state of its connection, as a button. Fires `settings` when it is pressed. */
class WhoAmI extends LightElement {
  static properties = { identity: { attribute: false }, state: { attribute: false } };

  connected(signal) {
    this.identity.addEventListener('change', () => this.requestUpdate(), { signal });
  }

  render() {
    const { client, mode, name, guest } = this.identity;
    const shown = guest ? words.guest : name || words.anonymous;
    return html`<button id="me" type="button" aria-haspopup="dialog" @click=${() => this.dispatchEvent(new CustomEvent('settings'))}>
      <span class="avatar hue-${hueOf(client ?? '')}" aria-hidden="true">${initials(shown)}</span>
      <span class="named">
        <bdi class="name">${shown}</bdi>
        <code id="client-id" title=${guest ? words.guestId : mode === 'tab' ? words.clientId : words.browserId}>${client ?? ''}</code>
        <span id="state" data-phase=${this.state}>${words.states[this.state]}</span>
      </span>
      <span class="icon gear" aria-hidden="true"></span>
      <span class="unseen">${words.settings}</span>
    </button>`;
  }
}

customElements.define('who-am-i', WhoAmI);
