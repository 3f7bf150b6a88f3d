import { html, nothing } from 'lit';
import { ask as confirmed } from '../question.js';
import { ask, get, part } from './ask.js';
import { stateOf } from './clients-view.js';
import { formatBytes, formatTime } from './figures.js';
import { LoadingView } from './loading-view.js';
import { words } from './words.js';

/** How many notifications are shown at first, and with each press. */
const PAGE = 20;

/** One client: whether it is here, its devices and rooms, and what became of each of its notifications. */
class ClientView extends LoadingView {
  static properties = { client: {}, state: { state: true }, ledger: { state: true } };

  constructor() {
    super();
    this.state = null;
    this.ledger = null;
  }

  willUpdate(changed) {
    if (changed.has('client') && changed.get('client') !== undefined) {
      this.state = null;
      this.ledger = null;
      this.refresh();
    }
  }

  async load() {
    const { client } = this;
    const [state, ledger] = await Promise.all([get(`clients/${part(client)}`), this.#page('')]);
    if (client === this.client) {
      this.state = state;
      this.ledger = ledger;
    }
  }

  #page(before) {
    return get(`admin/clients/${part(this.client)}/notifications?limit=${PAGE}${before}`);
  }

  content() {
    return html`
      <p><a href="#/clients">${words.allClients}</a></p>
      <h2 class="name" translate="no">${this.client}</h2>
      ${this.state ? this.#details() : nothing}
    `;
  }

  #details() {
    const { connections, devices, rooms, unread } = this.state;
    return html`
      <p id="presence">${stateOf({ connections: connections.length, last_seen: this.state.last_seen })}</p>
      <div class="actions">
        <button id="test" class="main" @click=${this.#sendTest}>${words.sendTest}</button>
        <button id="disconnect" class="plain" ?disabled=${connections.length === 0} @click=${this.#disconnect}>${words.disconnect}</button>
        <button id="revoke" class="plain danger" @click=${this.#revoke}>${words.revoke}</button>
        <button class="plain" @click=${() => this.refresh()}>${words.refresh}</button>
      </div>
      <section aria-labelledby="connections"><h3 id="connections">${words.gauges.connections}</h3>${this.#connections(connections)}</section>
      <section aria-labelledby="devices">
        <h3 id="devices">${words.devices}</h3>
        ${devices.length === 0 ? html`<p class="note">${words.noDevices}</p>` : html`<ul class="found">
          ${devices.map(({ device, heard }) => html`<li><b translate="no">${device}</b> <span class="note">${words.heard(formatTime(heard))}</span></li>`)}
        </ul>`}
      </section>
      <section aria-labelledby="rooms-of">
        <h3 id="rooms-of">${words.parts.rooms}</h3>
        ${rooms.length === 0 ? html`<p class="note">${words.noRooms}</p>` : html`<ul class="found">
          ${rooms.map(({ room, unread: count }) => html`<li><a href="#/rooms/${part(room)}" translate="no">${room}</a> <span class="note">${words.unreadInRoom(count)}</span></li>`)}
        </ul>`}
      </section>
      <section aria-labelledby="why">
        <h3 id="why">${words.whyNot}</h3>
        <p class="note">${words.unread(unread)}</p>
        ${this.#ledger()}
      </section>
    `;
  }

  #connections(connections) {
    if (connections.length === 0) return html`<p class="note">${words.noConnections}</p>`;
    return html`<table>
      <thead><tr><th scope="col">${words.protocol}</th><th scope="col">${words.since}</th><th scope="col">${words.waiting}</th><th scope="col">${words.parts.rooms}</th></tr></thead>
      <tbody>
        ${connections.map((one) => html`<tr>
          <th scope="row">${one.protocol}</th><td>${formatTime(one.since)}</td><td>${formatBytes(one.waiting_bytes)}</td><td translate="no">${one.rooms.join(', ') || '–'}</td>
        </tr>`)}
      </tbody>
    </table>`;
  }

  #ledger() {
    const { notifications, more } = this.ledger;
    if (notifications.length === 0) return html`<p class="note">${words.noNotifications}</p>`;
    return html`
      <ol class="ledger">
        ${notifications.map((one) => html`<li data-state=${one.state}>
          <p><b class="state">${words.states[one.state] ?? one.state}</b> <time class="note" datetime=${new Date(one.time).toISOString()}>${formatTime(one.time)}</time></p>
          <p class="message" dir="auto">${one.message || words.noText}</p>
          <p class="why">${one.explanation}</p>
          <p class="note">${words.from} <span translate="no">${one.from}</span> · <code translate="no">${one.id}</code></p>
          ${one.devices.length > 0 ? html`<ul class="on-devices">
            ${one.devices.map((device) => html`<li><span translate="no">${device.device}</span>: ${onDevice(device)}</li>`)}
          </ul>` : nothing}
        </li>`)}
      </ol>
      ${more ? html`<button id="older" class="plain" @click=${this.#older}>${words.older}</button>` : nothing}
    `;
  }

  #older() {
    return this.attempt(async () => {
      const next = await this.#page(`&before=${part(this.ledger.notifications.at(-1).id)}`);
      this.ledger = { ...next, notifications: [...this.ledger.notifications, ...next.notifications] };
    });
  }

  #sendTest() {
    return this.#act(words.testSent, () =>
      ask('POST', `api/v1/admin/clients/${part(this.client)}/notifications`, { message: words.testMessage }));
  }

  async #disconnect() {
    if (await confirmed({ title: words.disconnect, text: words.disconnectText(this.client), yes: words.disconnect })) {
      await this.#act(words.disconnected, () => ask('DELETE', `api/v1/clients/${part(this.client)}/connections`));
    }
  }

  async #revoke() {
    if (await confirmed({ title: words.revoke, text: words.revokeText(this.client), yes: words.revoke })) {
      await this.#act(words.revoked, () => ask('POST', 'api/v1/admin/revocations', { client: this.client }));
    }
  }

  /** Does something, and shows the client as it is then. */
  async #act(done, action) {
    if (await this.attempt(action, done)) await this.refresh();
  }
}

function onDevice({ delivered, shown, heard }) {
  const what = shown ? words.shownThere : delivered ? words.deliveredThere : words.nothingThere;
  return `${what} · ${words.heard(formatTime(heard))}`;
}

customElements.define('client-view', ClientView);
