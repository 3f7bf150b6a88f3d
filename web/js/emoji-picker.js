import { html, nothing } from 'lit';
import { EMOJI_GROUPS, completeEmoji, loadEmoji } from './emoji.js';
import { isComposing } from './keys.js';
import { LightElement } from './light-element.js';
import { browserStorage, read, write } from './storage.js';
import { words } from './words.js';

const RECENT_KEY = 'tertulia.emoji';

/** How many emoji a row has, how many recent ones are kept, and how many a search finds. */
const COLUMNS = 8;
const MOST_RECENT = 16;
const MOST_FOUND = 48;

/** The distance from the edge of the window, in pixels. */
const MARGIN = 8;

/**
 * The picker of emoji: a popover with those that were picked last, all by group, and a search by name. Fires
 * `pick {emoji}`, and is closed then; the focus returns to where it was.
 *
 * Arrow keys lead through the grid, and from the field into it; Enter picks, in the field the first that was found.
 */
class EmojiPicker extends LightElement {
  static properties = { sought: { state: true }, at: { state: true }, shown: { state: true } };

  /** The element that it was opened by. */
  #anchor;
  #recent = (read(browserStorage, RECENT_KEY) ?? '').split(' ').filter(Boolean);

  constructor() {
    super();
    this.sought = '';
    /** Where the grid is entered: the index of an emoji. */
    this.at = 0;
    /** Nothing is rendered before it was shown once. */
    this.shown = false;
  }

  connected(signal) {
    this.popover = 'auto';
    this.setAttribute('role', 'dialog');
    this.setAttribute('aria-label', words.emoji);
    // The keyboard of a phone makes the window smaller.
    addEventListener('resize', () => this.open && this.#place(), { signal });
  }

  get open() {
    return this.matches(':popover-open');
  }

  /** Shows it beside an element, above it if there is room. */
  async show(anchor) {
    await loadEmoji();
    this.sought = '';
    this.at = 0;
    this.shown = true;
    await this.updateComplete;
    this.querySelector('input').value = '';
    this.showPopover();
    this.#anchor = anchor;
    this.#place();
    this.querySelector('.emoji-groups').scrollTop = 0;
    this.querySelector('input').focus({ preventScroll: true });
  }

  hide() {
    if (this.open) this.hidePopover();
  }

  render() {
    if (!this.shown) return nothing;
    const groups = this.#groups;
    let index = 0;
    return html`
      <input type="search" aria-label=${words.emojiSearch} placeholder=${words.emojiSearch} autocomplete="off" autocapitalize="off"
        spellcheck="false" enterkeyhint="done" @input=${this.#searched} @keydown=${this.#pressedInField}>
      <div class="emoji-groups" role="grid" aria-label=${words.emoji} @keydown=${this.#pressed} @click=${this.#clicked}>
        ${groups.map(({ group, emoji }) => html`
          <div class="emoji-group" role="rowgroup" aria-label=${words.emojiGroups[group]}>
            <p role="presentation" aria-hidden="true">${words.emojiGroups[group]}</p>
            ${rowsOf(emoji).map((row) => html`<div role="row">
              ${row.map((each) => {
                const i = index++;
                return html`<button type="button" role="gridcell" data-index=${i} data-emoji=${each.emoji} title=${nameOf(each)}
                  tabindex=${i === this.at ? '0' : '-1'}>${each.emoji}</button>`;
              })}
            </div>`)}
          </div>`)}
      </div>
      <p class="unseen" role="status">${this.sought ? words.found(groups[0]?.emoji.length ?? 0) : ''}</p>
      ${groups.length === 0 ? html`<p class="none" aria-hidden="true">${words.found(0)}</p>` : nothing}`;
  }

  get #groups() {
    if (this.sought) {
      const found = completeEmoji(this.sought, MOST_FOUND).map(({ emoji, name }) => ({ emoji, names: [name] }));
      return found.length > 0 ? [{ group: 'found', emoji: found }] : [];
    }
    const recent = this.#recent.map((emoji) => ({ emoji, names: [] }));
    return [...(recent.length > 0 ? [{ group: 'recent', emoji: recent }] : []), ...EMOJI_GROUPS];
  }

  #searched({ target }) {
    this.sought = target.value.trim();
    this.at = 0;
  }

  #pressedInField(event) {
    if (isComposing(event)) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      const first = this.sought && this.#cell(0);
      if (first) this.#pick(first.dataset.emoji);
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      this.#go(this.at);
    }
  }

  #pressed(event) {
    const { key, target } = event;
    const cell = target.closest('[data-index]');
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = Number(cell.dataset.index);
    const rows = [...this.querySelectorAll('[role=row]')];
    const row = rows.indexOf(cell.parentElement);
    const column = [...cell.parentElement.children].indexOf(cell);
    const inRow = (i, at) => rows[i]?.children[Math.min(at, rows[i].children.length - 1)];
    const forward = getComputedStyle(this).direction === 'rtl' ? -1 : 1;
    const goal = {
      ArrowRight: () => this.#cell(index + forward),
      ArrowLeft: () => this.#cell(index - forward),
      ArrowDown: () => inRow(row + 1, column),
      ArrowUp: () => inRow(row - 1, column) ?? this.querySelector('input'),
      Home: () => inRow(row, 0),
      End: () => inRow(row, COLUMNS),
    }[key];
    if (!goal) return;
    event.preventDefault();
    const reached = goal();
    if (!reached) return;
    if (reached.dataset.index) this.#go(Number(reached.dataset.index));
    else reached.focus();
  }

  #go(index) {
    this.at = index;
    this.#cell(index)?.focus();
  }

  #cell(index) {
    return this.querySelector(`[data-index="${index}"]`);
  }

  #clicked({ target }) {
    const cell = target.closest('[data-emoji]');
    if (cell) this.#pick(cell.dataset.emoji);
  }

  #pick(emoji) {
    this.#recent = [emoji, ...this.#recent.filter((other) => other !== emoji)].slice(0, MOST_RECENT);
    write(browserStorage, RECENT_KEY, this.#recent.join(' '));
    this.hide();
    this.dispatchEvent(new CustomEvent('pick', { detail: { emoji } }));
  }

  /** In the window, above or else below the element that it belongs to. */
  #place() {
    const anchor = this.#anchor.getBoundingClientRect();
    const { width, height } = this.getBoundingClientRect();
    const above = anchor.top - height - MARGIN;
    const top = above >= MARGIN ? above : Math.min(anchor.bottom + MARGIN, innerHeight - height - MARGIN);
    const left = Math.max(MARGIN, Math.min(anchor.left, innerWidth - width - MARGIN));
    this.style.setProperty('top', `${Math.max(MARGIN, top)}px`);
    this.style.setProperty('left', `${left}px`);
  }
}

function rowsOf(emoji) {
  return Array.from({ length: Math.ceil(emoji.length / COLUMNS) }, (_, i) => emoji.slice(i * COLUMNS, (i + 1) * COLUMNS));
}

/** As it may be typed. */
function nameOf({ names }) {
  return names.length > 0 ? names.slice(0, 2).map((name) => `:${name}:`).join(' ') : nothing;
}

customElements.define('emoji-picker', EmojiPicker);
