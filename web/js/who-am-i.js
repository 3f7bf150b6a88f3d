import { html } from 'lit';
import { hueOf, initials } from './format.js';
import { MAX_NAME } from './identity.js';
import { LightElement } from './light-element.js';
import { words } from './words.js';

/** The identity of this tab and the state of its connection: the name field, the client id, the state. */
class WhoAmI extends LightElement {
  static properties = {
    identity: { attribute: false },
    phase: { attribute: false },
    name: { state: true },
  };

  willUpdate() {
    this.name ??= this.identity.name;
  }

  render() {
    const { clientId } = this.identity;
    return html`
      <span class="avatar hue-${hueOf(clientId)}" aria-hidden="true">${initials(this.name.trim() || words.anonymous)}</span>
      <div class="named">
        <label class="label" for="name">${words.name}</label>
        <input id="name" .value=${this.name} maxlength=${MAX_NAME} placeholder=${words.anonymous} dir="auto"
          autocomplete="nickname" spellcheck="false" enterkeyhint="done" @input=${this.#typed} @keydown=${leaveOnEnter}>
        <p class="id"><span class="label">${words.clientId}</span> <code id="client-id" title=${words.clientId}>${clientId}</code></p>
      </div>
      <p id="state" role="status" data-phase=${this.phase}>${words[this.phase]}</p>`;
  }

  #typed({ target }) {
    this.name = target.value;
    this.identity.rename(target.value.trim());
  }
}

function leaveOnEnter({ key, target }) {
  if (key === 'Enter') target.blur();
}

customElements.define('who-am-i', WhoAmI);
