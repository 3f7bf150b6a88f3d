import { html, nothing } from 'lit';
import { ask as confirmed } from '../question.js';
import { ask, get, part } from './ask.js';
import { formatTime } from './figures.js';
import { LoadingView } from './loading-view.js';
import { words } from './words.js';

const SCOPES = ['send', 'notify', 'broadcast', 'read', 'admin'];
const DAY = 86_400_000;

/** The API keys: a list, a form that makes one, and a button that revokes it. */
class KeysView extends LoadingView {
  static properties = { keys: { state: true }, made: { state: true } };

  constructor() {
    super();
    this.keys = null;
    this.made = null;
  }

  async load() {
    this.keys = (await get('admin/keys')).keys;
  }

  content() {
    return html`
      ${this.made ? this.#shown() : nothing}
      ${this.keys ? this.#list() : nothing}
      <section aria-labelledby="new-key"><h2 id="new-key">${words.newKey}</h2>${this.#form()}</section>
    `;
  }

  /** A key that was just made: its text is shown this time only. */
  #shown() {
    return html`<div class="made">
      <p><strong>${words.keyMade(this.made.name)}</strong></p>
      <p><code id="made-key" translate="no">${this.made.key}</code></p>
      <p class="actions"><button class="plain" @click=${() => (this.made = null)}>${words.hideKey}</button></p>
    </div>`;
  }

  #list() {
    if (this.keys.length === 0) return html`<p class="note">${words.noKeys}</p>`;
    return html`<ul class="found keys">
      ${this.keys.map((key) => html`<li>
        <div>
          <b translate="no">${key.name}</b>
          <span class="note" translate="no">${key.scopes.join(', ')} · ${key.rooms.join(', ')}</span>
          <span class="note">${key.used ? words.keyUsed(formatTime(key.used)) : words.keyNotUsed}${key.expires ? ` · ${words.keyExpires(formatTime(key.expires))}` : nothing}</span>
        </div>
        ${key.configured
          ? html`<span class="note">${words.keyConfigured}</span>`
          : html`<button class="plain danger" aria-label=${words.revokeKeyNamed(key.name)} @click=${() => this.#revoke(key.name)}>${words.revokeKey}</button>`}
      </li>`)}
    </ul>`;
  }

  #form() {
    return html`<form class="new-key" @submit=${this.#submitted}>
      <div class="field">
        <label for="key-name">${words.keyName}</label>
        <input id="key-name" name="name" required maxlength="128" autocomplete="off" autocapitalize="none" spellcheck="false">
      </div>
      <fieldset class="choice">
        <legend>${words.scopes}</legend>
        ${SCOPES.map((scope) => html`<label><input type="checkbox" name="scope" value=${scope}> <span><b translate="no">${scope}</b><small>${words.scopeNotes[scope]}</small></span></label>`)}
      </fieldset>
      <div class="field">
        <label for="key-rooms">${words.keyRooms}</label>
        <input id="key-rooms" name="rooms" placeholder="*" autocomplete="off" autocapitalize="none" spellcheck="false">
      </div>
      <div class="field">
        <label for="key-days">${words.keyDays}</label>
        <input id="key-days" name="days" type="number" min="1" max="36500" inputmode="numeric">
      </div>
      <button class="main">${words.makeKey}</button>
    </form>`;
  }

  async #submitted(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = new FormData(form);
    const rooms = fields.get('rooms').split(/[\s,]+/).filter(Boolean);
    const days = Number(fields.get('days'));
    const request = { name: fields.get('name').trim(), scopes: fields.getAll('scope') };
    if (rooms.length > 0) request.rooms = rooms;
    if (days > 0) request.expires = Date.now() + days * DAY;
    const made = await this.attempt(async () => {
      this.made = await ask('POST', 'api/v1/admin/keys', request);
    });
    if (made) {
      form.reset();
      await this.refresh();
    }
  }

  async #revoke(name) {
    if (!(await confirmed({ title: words.revokeKey, text: words.revokeKeyText(name), yes: words.revokeKey }))) return;
    if (await this.attempt(() => ask('DELETE', `api/v1/admin/keys/${part(name)}`), words.keyRevoked(name))) await this.refresh();
  }
}

customElements.define('keys-view', KeysView);
