import { html, nothing } from 'lit';
import { get, part } from './ask.js';
import { formatBytes, formatNumber, formatSpan, formatTime } from './figures.js';
import { LoadingView } from './loading-view.js';
import { words } from './words.js';

/** How many messages are shown at first, and with each press. */
const PAGE = 20;

/** One room: its rules, its members, who is there, and its messages. */
class RoomView extends LoadingView {
  static properties = { room: {}, state: { state: true }, history: { state: true } };

  constructor() {
    super();
    this.state = null;
    this.history = null;
  }

  willUpdate(changed) {
    if (changed.has('room') && changed.get('room') !== undefined) {
      this.state = null;
      this.history = null;
      this.refresh();
    }
  }

  async load() {
    const { room } = this;
    const [state, history] = await Promise.all([get(`admin/rooms/${part(room)}`), this.#page('')]);
    if (room === this.room) {
      this.state = state;
      this.history = history;
    }
  }

  #page(before) {
    return get(`admin/rooms/${part(this.room)}/messages?limit=${PAGE}${before}`);
  }

  content() {
    return html`
      <p><a href="#/rooms">${words.allRooms}</a></p>
      <h2 class="name" translate="no">${this.room}</h2>
      ${this.state ? this.#details() : nothing}
    `;
  }

  #details() {
    const { settings, head, members, present, first_members: listed, first_present: here } = this.state;
    return html`
      <p class="actions"><button class="plain" @click=${() => this.refresh()}>${words.refresh}</button></p>
      <section aria-labelledby="rules"><h3 id="rules">${words.rules}</h3>${this.#rules(settings, head)}</section>
      <section aria-labelledby="present">
        <h3 id="present">${words.present(formatNumber(present))}</h3>
        ${names(here.map(({ client, sender }) => [client, sender === client ? '' : sender]), present - here.length)}
      </section>
      <section aria-labelledby="members">
        <h3 id="members">${words.members(formatNumber(members))}</h3>
        ${names(listed.map((client) => [client, '']), members - listed.length)}
      </section>
      <section aria-labelledby="history"><h3 id="history">${words.history}</h3>${this.#history()}</section>
    `;
  }

  #rules(settings, head) {
    const { keep, entries, bytes, clients, moderators } = settings;
    const rows = [
      [words.kept, words.kinds[settings.kind]],
      [words.access, words.accesses[settings.access]],
      [words.keep, keep ? formatSpan(keep) : words.noBound],
      [words.entries, entries ? formatNumber(entries) : words.noBound],
      [words.bytes, bytes ? formatBytes(bytes) : words.noBound],
      [words.mostClients, clients ? formatNumber(clients) : words.noBound],
      [words.moderators, moderators.join(', ') || words.none],
      [words.head, formatNumber(head)],
    ];
    return html`<dl class="pairs">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
  }

  #history() {
    const { messages, more } = this.history;
    if (messages.length === 0) return html`<p class="note">${words.noMessages}</p>`;
    return html`
      ${more ? html`<button id="older" class="plain" @click=${this.#older}>${words.older}</button>` : nothing}
      <ol class="messages">
        ${messages.map((one) => html`<li>
          <p class="note"><a href="#/clients/${part(one.client)}" translate="no">${one.client}</a> ${one.sender && one.sender !== one.client ? `(${one.sender})` : nothing} · <time datetime=${new Date(one.time).toISOString()}>${formatTime(one.time)}</time> · ${one.offset}</p>
          <p class="message" dir="auto">${one.deleted ? html`<em>${words.deleted}</em>` : one.message || words.noText}</p>
        </li>`)}
      </ol>
    `;
  }

  #older() {
    return this.attempt(async () => {
      const next = await this.#page(`&before=${this.history.messages[0].offset}`);
      this.history = { ...next, messages: [...next.messages, ...this.history.messages] };
    });
  }
}

/** A list of clients with links, and how many are not in it. */
function names(clients, others) {
  if (clients.length === 0) return html`<p class="note">${words.nobody}</p>`;
  return html`<ul class="names">
    ${clients.map(([client, sender]) => html`<li><a href="#/clients/${part(client)}" translate="no">${client}</a>${sender ? html` <span class="note" dir="auto">${sender}</span>` : nothing}</li>`)}
    ${others > 0 ? html`<li class="note">${words.andMore(formatNumber(others))}</li>` : nothing}
  </ul>`;
}

customElements.define('room-view', RoomView);
