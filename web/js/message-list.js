import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { emptyView } from './empty-view.js';
import { entryView } from './entry-view.js';
import { dayOf, formatDay } from './format.js';
import { LightElement } from './light-element.js';
import { words } from './words.js';

/**
 * The conversation, oldest first, in a scrolling box.
 *
 * It follows the end while the reader is there. If they have scrolled up, it keeps its position, and a
 * button leads to new messages. Sending a message always scrolls to the end.
 */
class MessageList extends LightElement {
  static properties = {
    conversation: { attribute: false },
    version: { attribute: false },
    away: { state: true },
  };

  /** The distance from the end, in pixels, that counts as being at the end. */
  static NEAR = 60;

  /** Messages of one person within five minutes are grouped. */
  static TOGETHER_MS = 5 * 60_000;

  /** For this long after the box changed its size, scrolling comes from the browser and not from the reader. */
  static SETTLE_MS = 300;

  #expanded = new Set();
  #seen = 0;
  #lastOwn = 0;
  #top = 0;
  #resizedAt = 0;
  #boxSize = new ResizeObserver(() => this.#resized());
  #contentSize = new ResizeObserver(() => this.#follow());

  constructor() {
    super();
    this.away = false;
  }

  render() {
    const rows = this.#rows();
    const unseen = this.conversation.received - this.#seen;
    return html`
      <div id="log" role="log" aria-live="polite" aria-relevant="additions" aria-label=${words.log} tabindex="0"
        @scroll=${this.#scrolled}>
        ${rows.length === 0 ? emptyView() : nothing}
        <ol class="entries">
          ${repeat(rows, ({ key }) => key, (row) => guard(row.parts, () => this.#row(row)))}
        </ol>
      </div>
      <button id="jump" type="button" ?hidden=${!this.away} @click=${this.#toEnd}>
        ${unseen > 0 ? words.unseen(unseen) : words.jump}
      </button>`;
  }

  firstUpdated() {
    this.#boxSize.observe(this.#log);
    this.#contentSize.observe(this.querySelector('.entries'));
  }

  updated() {
    const own = this.conversation.entries.findLast((entry) => entry.own)?.key ?? 0;
    if (own > this.#lastOwn) this.away = false;
    this.#lastOwn = Math.max(own, this.#lastOwn);
    this.#follow();
  }

  get #log() {
    return this.querySelector('#log');
  }

  /** Day lines and entries; `parts` is everything that the view of a row depends on. */
  #rows() {
    const rows = [];
    const today = dayOf(Date.now());
    let before = null;
    for (const entry of this.conversation.entries) {
      const day = dayOf(entry.time);
      const newDay = !before || dayOf(before.time) !== day;
      if (newDay) rows.push({ key: `day ${day} ${entry.key}`, day: entry.time, parts: [day, today] });
      const first = newDay || !together(before, entry);
      const expanded = this.#expanded.has(entry.key);
      rows.push({ key: entry.key, entry, first, expanded, parts: [entry, first, expanded] });
      before = entry;
    }
    return rows;
  }

  #row({ day, entry, first, expanded }) {
    if (!entry) return html`<li class="day"><span>${formatDay(day)}</span></li>`;
    return entryView(entry, {
      first,
      expanded,
      onToggle: () => this.#toggle(entry.key),
      onResend: () => this.dispatchEvent(new CustomEvent('resend', { detail: entry })),
      onDiscard: () => this.conversation.discard(entry),
    });
  }

  /** Expanding a long text keeps the position, so that it can be read from there. */
  async #toggle(key) {
    if (!this.#expanded.delete(key)) this.#expanded.add(key);
    this.away = true;
    this.requestUpdate();
    await this.updateComplete;
    this.away = this.#distance > MessageList.NEAR;
  }

  get #distance() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight;
  }

  #scrolled() {
    const { scrollTop } = this.#log;
    const byReader = scrollTop < this.#top && performance.now() - this.#resizedAt > MessageList.SETTLE_MS;
    this.#top = scrollTop;
    if (this.#distance <= MessageList.NEAR) this.away = false;
    else if (byReader) this.away = true;
    this.#follow();
  }

  #resized() {
    this.#resizedAt = performance.now();
    this.#follow();
  }

  #toEnd() {
    this.away = false;
    this.#follow();
    this.#log.focus({ preventScroll: true });
  }

  /** Keeps the end in sight, unless the reader is elsewhere. */
  #follow() {
    this.conversation.following = !this.away;
    if (this.away) return;
    this.#seen = this.conversation.received;
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#top = this.#log.scrollTop;
  }
}

function together(before, entry) {
  return before.kind === 'chat' && entry.kind === 'chat' && before.client === entry.client
    && before.sender === entry.sender && entry.time - before.time < MessageList.TOGETHER_MS;
}

customElements.define('message-list', MessageList);
