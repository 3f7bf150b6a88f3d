import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { isComposing } from './keys.js';
import { LightElement } from './light-element.js';
import { isRoomName } from './route.js';
import { words } from './words.js';

/** How many rooms are offered at once. */
const MOST = 50;

/**
 * The dialog that leads to a room: what is typed filters the known ones, the arrow keys choose one, Enter opens it. A
 * name that is not among them is a new room, which comes first where a new one is wanted. Fires `open-room {name}`.
 */
class RoomJump extends LightElement {
  static properties = { rooms: { attribute: false }, typed: { state: true }, chosen: { state: true }, heading: { state: true } };

  constructor() {
    super();
    this.typed = '';
    this.chosen = 0;
    this.heading = words.jumpTo;
  }

  get open() {
    return this.querySelector('dialog')?.open ?? false;
  }

  async show(heading = words.jumpTo) {
    if (this.open) return;
    this.typed = '';
    this.chosen = 0;
    this.heading = heading;
    await this.updateComplete;
    this.querySelector('input').value = '';
    this.querySelector('dialog').showModal();
    this.querySelector('input').focus();
  }

  render() {
    const options = this.#options;
    const at = Math.min(this.chosen, options.length - 1);
    return html`<dialog id="jump-dialog" class="box" aria-labelledby="jump-heading" @click=${closeOutside}>
      <form method="dialog" @submit=${this.#submitted}>
        <h2 id="jump-heading">${this.heading}</h2>
        <input id="jump-name" type="text" role="combobox" aria-expanded="true" aria-controls="jump-list" aria-autocomplete="list"
          aria-activedescendant=${at >= 0 ? `jump-${at}` : nothing} aria-label=${words.roomName} placeholder=${words.roomName}
          aria-describedby="jump-hint" maxlength="128" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go"
          @input=${this.#edited} @keydown=${this.#pressed}>
        <ul id="jump-list" role="listbox" aria-label=${words.rooms}>
          ${repeat(options, ({ name }) => name, ({ name, unread, fresh }, i) => html`
            <li id="jump-${i}" role="option" aria-selected=${i === at ? 'true' : 'false'} @click=${() => this.#choose(name)}>
              <span class="icon ${fresh ? 'plus' : 'table'}" aria-hidden="true"></span>
              <bdi class="name">${name}</bdi>
              ${fresh ? html`<span class="note">${words.newRoom}</span>` : nothing}
              ${unread ? html`<span class="note">${words.unread(unread, unread)}</span>` : nothing}
            </li>`)}
        </ul>
        <p id="jump-hint" role="status" class=${this.#wrong ? 'problem' : ''}>${this.#wrong ? words.wrongRoomName : words.jumpHint}</p>
      </form>
    </dialog>`;
  }

  updated() {
    this.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  get #name() {
    return this.typed.trim();
  }

  get #wrong() {
    return this.#name !== '' && !isRoomName(this.#name);
  }

  /** The rooms that fit, those that begin so first; and the new one. */
  get #options() {
    const sought = this.#name.toLocaleLowerCase();
    const rooms = this.rooms?.list ?? [];
    const fits = rooms
      .map((room) => ({ ...room, at: room.name.toLocaleLowerCase().indexOf(sought) }))
      .filter(({ at }) => at >= 0)
      .sort((one, other) => Math.sign(one.at) - Math.sign(other.at))
      .slice(0, MOST);
    const known = rooms.some(({ name }) => name === this.#name);
    const exact = fits.filter(({ name }) => name === this.#name);
    const others = fits.filter(({ name }) => name !== this.#name);
    if (known || !isRoomName(this.#name)) return [...exact, ...others];
    const fresh = { name: this.#name, fresh: true };
    return this.heading === words.newRoom ? [fresh, ...others] : [...others, fresh];
  }

  #edited({ target }) {
    this.typed = target.value;
    this.chosen = 0;
  }

  #pressed(event) {
    if (isComposing(event)) {
      // The Enter that ends the composition of a word chooses nothing.
      if (event.key === 'Enter') event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { length } = this.#options;
    if (!step || length === 0) return;
    event.preventDefault();
    this.chosen = (Math.min(this.chosen, length - 1) + step + length) % length;
  }

  #submitted(event) {
    event.preventDefault();
    const options = this.#options;
    const option = options[Math.min(this.chosen, options.length - 1)];
    if (option) this.#choose(option.name);
  }

  #choose(name) {
    this.querySelector('dialog').close();
    this.dispatchEvent(new CustomEvent('open-room', { detail: { name } }));
  }
}

function closeOutside({ target, currentTarget }) {
  if (target === currentTarget) currentTarget.close();
}

customElements.define('room-jump', RoomJump);
