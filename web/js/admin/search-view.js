import { html, nothing } from 'lit';
import { get, part } from './ask.js';
import { LoadingView } from './loading-view.js';

/** How many are shown; a longer prefix shows the others. */
const MOST = 50;

/**
 * Finds what the server has by how its names begin.
 *
 * A subclass says in `kind` what it finds, as the paths of the server and of this page call it, in `label` what the
 * field asks for, in `summary(count, more)` how many there are, and in `name(one)` and `note(one)` what is shown of each.
 */
export class SearchView extends LoadingView {
  static properties = { found: { state: true } };

  #prefix = '';

  constructor() {
    super();
    this.found = null;
  }

  async load() {
    const prefix = this.#prefix;
    const found = await get(`admin/${this.kind}?limit=${MOST}&prefix=${part(prefix)}`);
    // A later letter may have been answered earlier.
    if (prefix === this.#prefix) this.found = found;
  }

  content() {
    return html`
      <form class="search" role="search" @submit=${this.#submitted}>
        <label for="prefix">${this.label}</label>
        <input id="prefix" type="search" autocomplete="off" autocapitalize="none" spellcheck="false" @input=${this.#typed}>
      </form>
      ${this.found ? this.#list(this.found[this.kind], this.found.more) : nothing}
    `;
  }

  #list(all, more) {
    return html`
      <p class="note" role="status">${this.summary(all.length, more)}</p>
      <ul class="found">
        ${all.map((one) => html`<li>
          <a href="#/${this.kind}/${part(this.name(one))}" translate="no">${this.name(one)}</a>
          <span class="note">${this.note(one)}</span>
        </li>`)}
      </ul>
    `;
  }

  #typed({ target }) {
    this.#prefix = target.value.trim();
    this.refresh();
  }

  /** Enter opens the first that begins so, or else the one with the name that was typed, which may be in no list. */
  #submitted(event) {
    event.preventDefault();
    const names = this.found?.[this.kind].map((one) => this.name(one)) ?? [];
    const name = names.find((known) => known.startsWith(this.#prefix)) ?? this.#prefix;
    if (this.#prefix) location.hash = `#/${this.kind}/${part(name)}`;
  }
}
