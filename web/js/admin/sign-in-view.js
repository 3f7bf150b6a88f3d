import { html } from 'lit';
import { LightElement } from '../light-element.js';
import { words } from './words.js';

/** Asks for a key. `problem` says why that is needed again. Fires `key {key}`. */
class SignInView extends LightElement {
  static properties = { problem: {} };

  constructor() {
    super();
    this.problem = '';
  }

  render() {
    return html`<main class="sign-in">
      <h1>${words.title}</h1>
      <p class="problem" role="alert">${this.problem}</p>
      <form @submit=${this.#submitted}>
        <div class="field">
          <label for="key">${words.key}</label>
          <input id="key" type="password" required autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="key-note">
        </div>
        <button class="main">${words.enter}</button>
        <p id="key-note" class="note">${words.keyNote} <code class="command" translate="no">./tertulia key create me --scope admin</code></p>
        <p class="note">${words.onMachine} <code class="command" translate="no">./tertulia admin</code></p>
      </form>
    </main>`;
  }

  firstUpdated() {
    this.querySelector('#key').focus();
  }

  #submitted(event) {
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('key', { detail: { key: this.querySelector('#key').value } }));
  }
}

customElements.define('sign-in-view', SignInView);
