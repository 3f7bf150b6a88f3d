import { html, nothing } from 'lit';
import { closeOutside, keepOpenWhileComposing } from './dialog.js';
import { MAX_NAME } from './identity.js';
import { LightElement } from './light-element.js';
import { chosenTheme } from './theme.js';
import { chosenLanguage, words } from './words.js';

/**
 * The dialog with what a person may choose: the name, who the tabs are, the language and the theme.
 *
 * Fires `rename {name}`, `mode {mode}`, `language {language}`, `theme {theme}`, `sign-out` and `forget-token`, when something
 * was chosen. `null` leaves the language and the theme to the browser.
 */
class SettingsMenu extends LightElement {
  static properties = { identity: { attribute: false }, name: { state: true } };

  async show() {
    this.name = this.identity.name;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector('dialog').showModal();
    this.querySelector(this.identity.guest ? '#settings .close' : '#name').focus();
  }

  render() {
    return html`<dialog id="settings" class="box" aria-labelledby="settings-heading" @click=${closeOutside} @close=${this.#closed}>
      <form method='dialog'>
        <div class="box-head">
          <h2 id="settings-heading">${words.settings}</h2>
          <button type="button" class="close" aria-label=${words.close} title=${words.close} @click=${this.#close}>
            <span class="icon cross" aria-hidden="true"></span>
          </button>
        </div>
        ${this.identity.guest
          ? html`<p id="guest-name">${words.guestName}</p>`
          : html`<div class="field">
                    <label for="name">${words.name}</label>
                    <input id="name" .value=${this.name ?? this.identity.name} maxlength=${MAX_NAME} placeholder=${words.anonymous} dir="auto" ?readonly=${this.identity.session !== null}
                      autocomplete="nickname" spellcheck="false" enterkeyhint="done" @keydown=${keepOpenWhileComposing}>
                  </div>`}
        ${this.identity.session || this.identity.guest
          ? nothing
          : this.#choice('mode', words.whoTabsAre, this.identity.mode, [
              ['tab', words.thisTab, words.thisTabHint],
              ['browser', words.thisBrowser, words.thisBrowserHint],
            ])}
        ${this.#choice('language', words.language, chosenLanguage() ?? '', [
          ['', words.asBrowser],
          ['es', 'Español'],
          ['en', 'English'],
        ])}
        ${this.#choice('theme', words.theme, chosenTheme() ?? '', [
          ['', words.asSystem],
          ['light', words.light],
          ['dark', words.dark],
        ])}
        ${this.identity.session === null
          ? nothing
          : html`<p><button id="sign-out" type="button" class="quiet" @click=${() => this.#tell('sign-out')}>${words.signOut}</button></p>`}
        ${this.identity.token === null
          ? nothing
          : html`<p><button id="forget-token" type="button" class="quiet" @click=${() => this.#tell('forget-token')}>${words.forgetToken}</button></p>`}
        <div class="box-foot">
          <a id="base-link" href="static/base.html">${words.baseLink}</a>
          <button class="main">${words.done}</button>
        </div>
      </form>
    </dialog>`;
  }

  #choice(name, legend, chosen, options) {
    return html`<fieldset class="choice">
      <legend>${legend}</legend>
      ${options.map(([value, label, hint]) => html`<label>
        <input type="radio" name=${name} value=${value} .checked=${value === chosen} @change=${() => this.#tell(name, { [name]: value || null })}>
        <span>${label}${hint ? html`<small>${hint}</small>` : nothing}</span>
      </label>`)}
    </fieldset>`;
  }

  /** However it is closed, the name counts. */
  #closed() {
    if (!this.identity.guest) this.#tell('rename', { name: this.querySelector('#name').value.trim() });
  }

  #close() {
    this.querySelector('dialog').close();
  }

  #tell(event, detail) {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }
}

customElements.define('settings-menu', SettingsMenu);
