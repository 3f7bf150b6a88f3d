import { useClient } from './clients.js';
import { commonStyle } from './common-style.js';

/** Where this module lies below the server. */
const SERVER = new URL('../../../', import.meta.url).href;

/**
 * What the elements for other pages have in common: a shadow root, a client, a language, and a life that begins when
 * the element is in a document.
 *
 * Attributes: `server`, `client`, `token`, `name`, `lang`. Properties: `token`, also as a function that is asked
 * again when a token ends, and `tertulia`, a client of the page's own, which the element then uses and leaves open.
 * Fires `tertulia-state` with `{ state, why }`.
 *
 * A subclass has `style`, and `start(root, signal)`, which is called at the beginning of each life.
 */
export class TertuliaElement extends HTMLElement {
  static observedAttributes = ['server', 'client', 'token', 'room', 'lang', 'name'];

  /** Aborts when this element lets go of its client. */
  #life = null;
  #used = null;
  #token;
  #tertulia;

  set token(token) {
    this.#token = token;
    this.#again();
  }

  get token() {
    return this.#token ?? this.getAttribute('token') ?? undefined;
  }

  set tertulia(tertulia) {
    this.#tertulia = tertulia;
    this.#again();
  }

  /** The client, from when the element is in a document on. */
  get tertulia() {
    return this.#tertulia ?? this.#used?.tertulia;
  }

  /** `es` or `en`: of the element, of what it stands in, or of the browser. */
  get language() {
    const tags = [this.closest('[lang]')?.lang, ...navigator.languages];
    return tags.map((tag) => tag?.slice(0, 2).toLowerCase()).find((tag) => tag === 'es' || tag === 'en') ?? 'es';
  }

  connectedCallback() {
    // What was set before the element was defined hides the setters.
    for (const property of ['token', 'tertulia']) {
      if (!Object.hasOwn(this, property)) continue;
      const value = this[property];
      delete this[property];
      this[property] = value;
    }
    this.#begin();
  }

  disconnectedCallback() {
    // An element that is only moved keeps its connection.
    queueMicrotask(() => !this.isConnected && this.#end());
  }

  attributeChangedCallback(attribute, before, now) {
    if (before === now) return;
    if (attribute === 'name' && this.tertulia) this.tertulia.name = now;
    else this.#again();
  }

  #again() {
    if (!this.#life) return;
    this.#end();
    this.#begin();
  }

  #begin() {
    if (this.#life) return;
    this.#life = new AbortController();
    const { signal } = this.#life;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [commonStyle, this.constructor.style];
    if (!this.#tertulia) {
      const server = new URL(this.getAttribute('server') ?? SERVER, document.baseURI).href;
      const [client, name] = ['client', 'name'].map((attribute) => this.getAttribute(attribute) ?? undefined);
      this.#used = useClient({ server, token: this.token, client, name });
    }
    this.tertulia.on('state', (change) => this.#stateChanged(change), { signal });
    this.start(root, signal);
    this.#stateChanged(this.tertulia);
  }

  #end() {
    this.#life?.abort();
    this.#life = null;
    this.shadowRoot?.replaceChildren();
    this.#used?.release();
    this.#used = null;
  }

  #stateChanged({ state, why }) {
    this.stateChanged?.(state, why);
    this.dispatchEvent(new CustomEvent('tertulia-state', { detail: { state, why } }));
  }
}
