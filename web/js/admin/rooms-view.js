import { html, nothing } from 'lit';
import { get, part } from './ask.js';
import { LoadingView } from './loading-view.js';
import { words } from './words.js';

/** How many are shown; a longer prefix shows the others. */
const MOST = 50;

/** Finds rooms by how their names begin. */
class RoomsView extends LoadingView {
  static properties = { found: { state: true } };

  #prefix = '';

  constructor() {
    super();
    this.found = null;
  }

  async load() {
    const prefix = this.#prefix;
    const found = await get(`admin/rooms?limit=${MOST}&prefix=${part(prefix)}`);
    // A later letter may have been answered earlier.
    if (prefix === this.#prefix) this.found = found;
  }

  content() {
    return html`
      <form class="search" role="search" @submit=${this.#submitted}>
        <label for="room-prefix">${words.roomBegins}</label>
        <input id="room-prefix" type="search" autocomplete="off" autocapitalize="none" spellcheck="false" @input=${this.#typed}>
      </form>
      ${this.found ? this.#list() : nothing}
    `;
  }

  #list() {
    const { rooms, more } = this.found;
    return html`
      <p class="note" role="status">${words.foundRooms(rooms.length, more)}</p>
      <ul class="found">
        ${rooms.map(({ room, head, members, present }) => html`<li>
          <a href="#/rooms/${part(room)}" translate="no">${room}</a>
          <span class="note">${words.roomNote(present, members, head)}</span>
        </li>`)}
      </ul>
    `;
  }

  #typed({ target }) {
    this.#prefix = target.value.trim();
    this.refresh();
  }

  /** Enter opens the first room that begins so. Rooms that store nothing are in no list, and have the name that was typed. */
  #submitted(event) {
    event.preventDefault();
    const first = this.found?.rooms.find(({ room }) => room.startsWith(this.#prefix));
    if (this.#prefix) location.hash = `#/rooms/${part(first?.room ?? this.#prefix)}`;
  }
}

customElements.define('rooms-view', RoomsView);
