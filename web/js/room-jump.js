import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { closeOutside, keepOpenWhileComposing } from './dialog.js';
import { isComposing } from './keys.js';
import { LightElement } from './light-element.js';
import { invalidCharacters, isRoomName, MAX_ROOM_NAME } from './route.js';
import { words } from './words.js';

/** How many rooms are offered at once. */
const MOST = 50;

/**
 * The dialog that leads to a room: what is typed filters the known ones, the arrow keys choose one, Enter opens it. A
 * name that is not among them is a new room, which comes first where a new one is wanted. Fires `open-room {name}`.
 */
class RoomJump extends LightElement {
  static properties = { rooms: { attribute: false }, typed: { state: true }, chosen: { state: true }, wantsNew: { state: true } };

  constructor() {
    super();
    this.typed = '';
    this.chosen = 0;
    this.wantsNew = false;
  }

  get open() {
    return this.querySelector('dialog')?.open ?? false;
  }

  /** @param {{ wantsNew?: boolean }} [options] `wantsNew`: for a new room rather than one of those that are known */
  async show({ wantsNew = false } = {}) {
    if (this.open) return;
    this.typed = '';
    this.chosen = 0;
    this.wantsNew = wantsNew;
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
        <h2 id="jump-heading">${this.wantsNew ? words.newRoom : words.jumpTo}</h2>
        <input id="jump-name" type="text" role="combobox" aria-expanded=${options.length > 0 ? 'true' : 'false'} aria-controls="jump-list" aria-autocomplete="list"
          aria-activedescendant=${at >= 0 ? `jump-${at}` : nothing} aria-label=${words.roomName} placeholder=${words.roomName}
          aria-describedby="jump-hint" maxlength=${MAX_ROOM_NAME} autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go"
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
        <p id="jump-hint" role="status" class=${this.#wrong ? 'problem' : ''}>${this.#hint}</p>
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

  /** What Enter does; and which names a room can have, where it matters. */
  get #hint() {
    if (!this.#wrong) return this.wantsNew ? words.roomNameRule : words.jumpHint;
    const characters = invalidCharacters(this.#name);
    if (characters.length === 0) return words.roomNameRule;
    const signs = characters.filter((sign) => sign.trim() !== '');
    return `${words.roomNameRule} ${words.notInRoomName(signs, signs.length < characters.length)}`;
  }

  /** The rooms that fit, those that begin so first; and the new one. A new room has none before its name is begun. */
  get #options() {
    if (this.wantsNew && this.#name === '') return [];
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
    return this.wantsNew ? [fresh, ...others] : [...others, fresh];
  }

  #edited({ target }) {
    this.typed = target.value;
    this.chosen = 0;
  }

  #pressed(event) {
    keepOpenWhileComposing(event);
    if (isComposing(event)) return;
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

customElements.define('room-jump', RoomJump);
