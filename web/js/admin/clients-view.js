import { html, nothing } from 'lit';
import { get, part } from './ask.js';
import { formatTime } from './figures.js';
import { LoadingView } from './loading-view.js';
import { words } from './words.js';

/** How many are shown; a longer prefix shows the others. */
const MOST = 50;

/** Finds clients by how their ids begin. */
class ClientsView extends LoadingView {
  static properties = { found: { state: true } };

  #prefix = '';

  constructor() {
    super();
    this.found = null;
  }

  async load() {
    const prefix = this.#prefix;
    const found = await get(`admin/clients?limit=${MOST}&prefix=${part(prefix)}`);
    // A later letter may have been answered earlier.
    if (prefix === this.#prefix) this.found = found;
  }

  content() {
    return html`
      <form class="search" role="search" @submit=${this.#submitted}>
        <label for="client-prefix">${words.clientBegins}</label>
        <input id="client-prefix" type="search" autocomplete="off" autocapitalize="none" spellcheck="false" @input=${this.#typed}>
      </form>
      ${this.found ? this.#list() : nothing}
    `;
  }

  #list() {
    const { clients, more } = this.found;
    return html`
      <p class="note" role="status">${words.foundClients(clients.length, more)}</p>
      <ul class="found">
        ${clients.map((client) => html`<li>
          <a href="#/clients/${part(client.client)}" translate="no">${client.client}</a>
          <span class="note">${stateOf(client)}</span>
        </li>`)}
      </ul>
    `;
  }

  #typed({ target }) {
    this.#prefix = target.value.trim();
    this.refresh();
  }

  /** Enter opens the first client that begins so. */
  #submitted(event) {
    event.preventDefault();
    const first = this.found?.clients.find(({ client }) => client.startsWith(this.#prefix));
    if (this.#prefix) location.hash = `#/clients/${part(first?.client ?? this.#prefix)}`;
  }
}

/** Whether a client is here, or when it was. */
export function stateOf({ connections, last_seen: last }) {
  if (connections > 0) return words.connected(connections);
  return last ? words.lastSeen(formatTime(last)) : words.neverSeen;
}

customElements.define('clients-view', ClientsView);
