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
    client: { attribute: false },
  };

  render() {
    const { members, count } = this.conversation;
    return html`
      <h2 id="room-name" tabindex="-1"><bdi>${this.name}</bdi></h2>
      <button id="who-is-here" type="button" popovertarget="here" aria-label=${words.here(formatNumber(count), count)} ?hidden=${count === 0}>
        <span class="faces" aria-hidden="true">
          ${repeat(members.slice(0, AVATARS), ({ client }) => client, ({ client, name }) => face(client, name))}
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

  #member({ client, name }) {
    const shown = name || words.anonymous;
    return html`<li>
      ${face(client, name)}
      <bdi class="name">${shown}</bdi>
      <code>${client === this.client ? words.you : client}</code>
    </li>`;
  }

  #leave() {
    this.dispatchEvent(new CustomEvent('leave-room', { detail: { name: this.name } }));
  }
}

function face(client, name) {
  return html`<span class="avatar hue-${hueOf(client)}" aria-hidden="true">${initials(name || words.anonymous)}</span>`;
}

customElements.define('room-head', RoomHead);
