import { html, nothing } from 'lit';
import { LightElement } from '../light-element.js';
import { language } from '../words.js';
import { ask, open } from './ask.js';
import { hasKey, takeCode, useKey } from './session.js';
import { words } from './words.js';
import './client-view.js';
import './clients-view.js';
import './keys-view.js';
import './overview-view.js';
import './room-view.js';
import './rooms-view.js';
import './sign-in-view.js';

/** The parts of the page, as the address names them behind the `#`. */
const PARTS = ['overview', 'clients', 'rooms', 'keys'];

/** The operator's page: asks for a key, and shows the part that the address names, such as `#/clients/ana`. */
class OperatorPage extends LightElement {
  static properties = { shown: { state: true }, name: { state: true }, problem: { state: true }, isIn: { state: true } };

  constructor() {
    super();
    this.problem = '';
    this.isIn = hasKey();
    this.#follow();
  }

  connected(signal) {
    this.replaceChildren();
    addEventListener('hashchange', () => this.#arrive(), { signal });
    this.#enterByCode();
  }

  /** Opens a session if the address has a code. */
  async #enterByCode() {
    const code = takeCode();
    if (!code) return;
    try {
      useKey(await open(code));
      this.#enter();
    } catch (error) {
      this.#leave(error.message);
    }
  }

  #arrive() {
    if (location.hash.startsWith('#code=')) this.#enterByCode();
    else this.#follow();
    this.updateComplete.then(() => this.querySelector('h1')?.focus());
  }

  #follow() {
    const [part, name] = location.hash.replace(/^#\//, '').split('/');
    this.shown = PARTS.includes(part) ? part : 'overview';
    this.name = name ? decoded(name) : '';
  }

  #enter() {
    this.problem = '';
    this.isIn = true;
  }

  /** Forgets the key. */
  #leave(why) {
    useKey('');
    this.problem = why;
    this.isIn = false;
  }

  async #signOut() {
    // A key of the API stays in force; a session ends.
    await ask('DELETE', 'api/v1/admin/session').catch(() => {});
    this.#leave('');
  }

  render() {
    if (!this.isIn) {
      return html`<sign-in-view .problem=${this.problem} @key=${({ detail }) => {
        useKey(detail.key);
        this.#enter();
      }}></sign-in-view>`;
    }
    return html`
      <header>
        <p class="wordmark" translate="no">Tertulia</p>
        <nav aria-label=${words.title}>
          <ul>
            ${PARTS.map((part) => html`<li><a href="#/${part}" aria-current=${part === this.shown ? 'page' : nothing}>${words.parts[part]}</a></li>`)}
          </ul>
        </nav>
        <button id="leave" class="quiet" @click=${this.#signOut}>${words.leave}</button>
      </header>
      <main @key-refused=${({ detail }) => this.#leave(words.keyRefused(detail))}>
        <h1 tabindex="-1">${words.parts[this.shown]}</h1>
        ${this.#view()}
      </main>
    `;
  }

  #view() {
    switch (this.shown) {
      case 'clients':
        return this.name ? html`<client-view .client=${this.name}></client-view>` : html`<clients-view></clients-view>`;
      case 'rooms':
        return this.name ? html`<room-view .room=${this.name}></room-view>` : html`<rooms-view></rooms-view>`;
      case 'keys':
        return html`<keys-view></keys-view>`;
      default:
        return html`<overview-view></overview-view>`;
    }
  }

  updated() {
    document.title = `${this.isIn ? `${this.name || words.parts[this.shown]} · ` : ''}${words.title}`;
  }
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

document.documentElement.lang = language;
customElements.define('operator-page', OperatorPage);
