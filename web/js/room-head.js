import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatNumber, hueOf, initials } from './format.js';
import { LightElement } from './light-element.js';
import { LOBBY } from './route.js';
import { words } from './words.js';

/** How many are shown beside the name of the room; the others are in the list. */
const AVATARS = 4;

/**
 * The head of the conversation: the name of the room, who is here, and how to leave. Fires `leave-room {name}`.
 *
 * `state` is that of the connection, which a phone shows here.
 */
class RoomHead extends LightElement {
  static properties = {
    name: { attribute: false },
    conversation: { attribute: false },
    version: { attribute: false },
    state: { attribute: false },
    identity: { attribute: false },
  };

  render() {
    const { members, count } = this.conversation;
    return html`
      <h2 id="room-name" tabindex="-1"><bdi>${this.name}</bdi></h2>
      <button id="who-is-here" type="button" popovertarget="here" aria-label=${words.here(formatNumber(count), count)} ?hidden=${count === 0}>
        <span class="faces" aria-hidden="true">
          ${repeat(members.slice(0, AVATARS), ({ client }) => client, ({ client }) => this.#face(client))}
        </span>
        <span class="icon people" aria-hidden="true"></span>
        <span aria-hidden="true">${formatNumber(count)}</span>
      </button>
      <div id="here" popover class="box" role="dialog" aria-labelledby="here-heading">
        <h3 id="here-heading">${words.here(formatNumber(count), count)}</h3>
        <ul>
          ${repeat(members, ({ client }) => client, (member) => this.#member(member))}
          ${count > members.length ? html`<li class="others-here">${words.andOthers(formatNumber(count - members.length))}</li>` : nothing}
        </ul>
      </div>
      <span class="state-dot" data-phase=${this.state} title=${words.states[this.state]}></span>
      ${this.name === LOBBY
        ? nothing
        : html`<button id="leave-room" type="button" title=${words.leave} aria-label=${words.leave} @click=${this.#leave}>
            <span class="icon door" aria-hidden="true"></span>
          </button>`}`;
  }

  #member({ client }) {
    const name = this.#nameOf(client);
    const own = client === this.identity.client;
    return html`<li>
      ${this.#face(client)}
      <bdi class="name">${name || client}</bdi>
      ${own || name ? html`<code>${client}${own ? ` (${words.you})` : ''}</code>` : nothing}
    </li>`;
  }

  #face(client) {
    return html`<span class="avatar hue-${hueOf(client)}" aria-hidden="true">${initials(this.#nameOf(client) || client)}</span>`;
  }

  /** The name of a member; empty if it is known by its id only. */
  #nameOf(client) {
    if (client === this.identity.client) return this.identity.name || words.anonymous;
    const name = this.conversation.nameOf(client);
    return name === client ? '' : name;
  }

  #leave() {
    this.dispatchEvent(new CustomEvent('leave-room', { detail: { name: this.name } }));
  }
}

customElements.define('room-head', RoomHead);
