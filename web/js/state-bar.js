import { html, nothing } from 'lit';
import { formatNumber } from './format.js';
import { LightElement } from './light-element.js';
import { shortened } from './text.js';
import { words } from './words.js';

/** How much of a wrong name is shown. */
const NAME_CHARACTERS = 40;

const SECOND_MS = 1_000;

/** More than any token has, in characters. */
const MAX_TOKEN = 16_000;

/** The reasons for which the server wants another token. */
export const WANTS_TOKEN = ['unauthorized', 'token_expired'];

/**
 * What there is to say about the connection: that it is lost and when the next attempt begins, that messages may be
 * missing, why the server has ended the connection, that the address names no room, that there is a new version of
 * the page: the most important of these. While there is none, it has no height.
 *
 * In: `state`, `why`, `retryAt` as the client tells them; `outgoing`, the number of requests that wait; `incomplete`,
 * whether messages may be missing; `durable`, whether what waits survives the page; `refused`, the error for which the
 * room cannot be entered; `wrongRoom`, the name in the address that no room can have; `newVersion`, whether there is a
 * new version of the page; `provider`, the name of the provider with which people can sign in, or `null`; `guest`,
 * whether this is a guest, who can sign in or show a token. Fires `retry`, `reload`, `update`, `ways-in` when these are
 * asked for, `sign-in` and `token {token}`.
 */
class StateBar extends LightElement {
  static properties = {
    state: { attribute: false },
    why: { attribute: false },
    retryAt: { attribute: false },
    outgoing: { attribute: false },
    incomplete: { attribute: false },
    durable: { attribute: false },
    refused: { attribute: false },
    wrongRoom: { attribute: false },
    newVersion: { attribute: false },
    provider: { attribute: false },
    guest: { attribute: false },
    entering: { state: true },
    left: { state: true },
  };

  #timer;
  /** Whether it was lost once: the first attempt is nothing to speak of. */
  #lost = false;

  constructor() {
    super();
    this.state = 'connecting';
    this.outgoing = 0;
    this.incomplete = false;
    this.durable = true;
    this.refused = null;
    this.wrongRoom = null;
    this.newVersion = false;
    this.provider = null;
    this.guest = false;
    this.entering = false;
    this.left = 0;
  }

  connected(signal) {
    signal.addEventListener('abort', () => clearTimeout(this.#timer));
    this.#count();
  }

  willUpdate(changed) {
    if (this.state === 'offline') this.#lost = true;
    if (this.state === 'online') this.#lost = false;
    if (changed.has('retryAt') || changed.has('state')) this.#count();
  }

  render() {
    return html`<div role="status">${this.#notice()}</div>
      ${(this.state === 'stopped' && WANTS_TOKEN.includes(this.why)) || this.#isEntering() ? this.#tokenForm() : nothing}`;
  }

  #notice() {
    if (this.state === 'stopped') return this.#bar('stopped', words.whyStopped[this.why] ?? words.whyStopped.refused, this.#button(words.connectAgain));
    if (this.state === 'offline' || (this.state === 'connecting' && this.#lost)) return this.#offline();
    if (this.refused) return this.#bar('stopped', words.roomRefused[this.refused.code] ?? words.roomRefused.other, nothing);
    if (this.incomplete) {
      return this.#bar('incomplete', words.incomplete, html`<button id="reload" type="button" class="quiet" @click=${() => this.#tell('reload')}>${words.loadAgain}</button>`);
    }
    if (!this.durable && this.outgoing > 0) return this.#bar('', words.notDurable, nothing);
    if (this.wrongRoom !== null) return this.#bar('', html`${words.noSuchRoom(shortened(this.wrongRoom, NAME_CHARACTERS))} ${words.roomNameRule}`, nothing);
    if (this.newVersion) return this.#bar('', words.newVersion, html`<button id="update" type="button" class="quiet" @click=${() => this.#tell('update')}>${words.update}</button>`);
    if (this.guest && this.state === 'online') {
      return this.#bar('', words.asGuest, html`<button id="enter" type="button" class="quiet" aria-expanded=${this.entering} @click=${this.#enter}>${words.enterNamed}</button>`);
    }
    return nothing;
  }

  /** Whether a guest has asked for the other ways in. */
  #isEntering() {
    return this.guest && this.entering && this.state === 'online';
  }

  async #enter() {
    this.entering = !this.entering;
    if (!this.entering) return;
    this.#tell('ways-in');
    await this.updateComplete;
    this.querySelector('#token')?.focus();
  }

  #offline() {
    const text = this.outgoing > 0 ? words.awayQueued(this.outgoing, formatNumber(this.outgoing)) : words.awayNotice;
    const again = this.state === 'connecting' ? words.tryingNow : this.left > 0 ? words.nextAttempt(this.left) : '';
    // The seconds are for the eye: a screen reader would say each of them.
    return this.#bar('away', html`${text} ${this.durable ? '' : words.notDurable} <span class="left" aria-hidden="true">${again}</span>`, this.#button(words.retry));
  }

  #bar(kind, text, action) {
    return html`<div id="notice" class=${kind}><span>${text}</span>${action}</div>`;
  }

  #button(label) {
    return html`<button id="retry" type="button" class="quiet" @click=${() => this.#tell('retry')}>${label}</button>`;
  }

  #tokenForm() {
    return html`<form id="token-form" class=${this.#isEntering() ? 'of-guest' : ''} @submit=${this.#entered}>
      ${this.provider === null
        ? nothing
        : html`<p><button id="sign-in" type="button" class="main" @click=${() => this.#tell('sign-in')}>${words.signInWith(this.provider)}</button></p>`}
      <label for="token">${words.token}</label>
      <input id="token" type="password" autocomplete="off" autocapitalize="off" spellcheck="false" required maxlength=${MAX_TOKEN} aria-describedby="token-hint">
      <button class="main">${words.enter}</button>
      <p id="token-hint">${this.#isEntering() ? words.guestHint : words.tokenHint}</p>
    </form>`;
  }

  #entered(event) {
    event.preventDefault();
    const token = this.querySelector('#token').value.trim();
    if (token) this.#tell('token', { token });
  }

  /** Counts the seconds down, as long as it is offline. */
  #count() {
    clearTimeout(this.#timer);
    this.left = this.state === 'offline' && this.retryAt ? Math.max(0, Math.ceil((this.retryAt - Date.now()) / SECOND_MS)) : 0;
    if (this.left > 0) this.#timer = setTimeout(() => this.#count(), SECOND_MS);
  }

  #tell(event, detail) {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }
}

customElements.define('state-bar', StateBar);
