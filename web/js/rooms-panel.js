import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatNumber } from './format.js';
import { LightElement } from './light-element.js';
import { addressOf } from './route.js';
import { shortCount } from './unread-count.js';
import { words } from './words.js';

/**
 * The list of rooms: each is a link, with the number of its unread messages. Fires `new-room` when another one is
 * wanted, `open-room {name}` when a link was followed, `leave-room {name}`.
 */
class RoomsPanel extends LightElement {
  static properties = { rooms: { attribute: false }, version: { attribute: false }, route: { attribute: false } };

  render() {
    return html`<nav id="rooms" aria-labelledby="rooms-heading">
      <div class="rooms-head">
        <h2 id="rooms-heading">${words.rooms}</h2>
        <button id="new-room" type="button" aria-keyshortcuts="Control+K Meta+K" @click=${() => this.dispatchEvent(new CustomEvent('new-room'))}>
          <span class="icon plus" aria-hidden="true"></span>${words.newRoom}
        </button>
      </div>
      <ul>
        ${repeat(this.rooms.list, ({ name }) => name, (room) => this.#room(room))}
      </ul>
    </nav>`;
  }

  #room({ name, unread, mentioned, current, refused }) {
    return html`<li class="room ${current ? 'current' : ''} ${unread ? 'unread' : ''}" data-room=${name} data-unread=${unread}>
      <a href=${addressOf(name)} aria-current=${current ? 'page' : nothing} title=${name} @click=${() => this.#followed(name)}>
        <span class="icon ${refused ? 'closed' : 'table'}" aria-hidden="true"></span>
        <bdi class="name">${name}</bdi>
        ${refused ? html`<span class="unseen">${words.notAllowed}</span>` : nothing}
        ${mentioned ? html`<span class="mention" title=${words.mentioned}><span aria-hidden="true">@</span><span class="unseen">${words.mentioned}</span></span>` : nothing}
        ${unread
          ? html`<span class="count" aria-hidden="true">${shortCount(unread)}</span><span class="unseen">${words.unread(formatNumber(unread), unread)}</span>`
          : nothing}
      </a>
    </li>`;
  }

  #followed(name) {
    this.dispatchEvent(new CustomEvent('open-room', { detail: { name } }));
  }
}

customElements.define('rooms-panel', RoomsPanel);
