import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { textOf, titleOf } from './bell-words.js';
import { showPicker } from './emoji.js';
import { emptyView } from './empty-view.js';
import { formatDay } from './format.js';
import { dayOf, together } from './grouping.js';
import { LightElement, nextFrame } from './light-element.js';
import { messageView } from './message-view.js';
import { ask } from './question.js';
import { addressOf } from './route.js';
import { ScrollPlace } from './scroll-place.js';
import { nameOf, reasonOf, talkWords } from './talk-words.js';
import { firstCharacters } from './text.js';

/** Nearer to an edge than so many heights of the box, the next page is loaded. */
const AHEAD = 1.5;

/** How many of the messages that arrived stay in the region for screen readers. */
const HEARD = 5;

/** How much of a message is read out. */
const HEARD_CHARACTERS = 500;

/** At which part of the height the line before what is new is shown. */
const NEW_LINE_AT = 0.15;

/** How long a note is shown. */
const NOTE_MS = 5_000;

/**
 * The conversation, oldest first, in a scrolling box. It shows all messages that the model holds, which are a bounded
 * number, and has the model load the next ones when the reader comes near to an edge.
 *
 * It follows the end while the reader is there. If they have scrolled up, what is in sight keeps its place, and a
 * button leads to the end. It begins where reading stopped. Sending a message always leads to the end.
 *
 * Keys: the box is one stop of the Tab key, and scrolls by the keys of the browser. From it, the arrow keys up and down
 * lead to a message and on from one to the next; that one is then the second stop, its links and buttons are the
 * following ones. Left and right lead along its row of actions; Escape leads back: from the reactions to the actions,
 * from there to the box. With a mouse, the actions of the message below it are shown.
 *
 * What arrives from others is put into a region of its own for screen readers, so that nothing that is loaded is
 * read out.
 *
 * Fires `reply {entry}` and `edit {entry}`. Set `version` whenever the conversation has changed.
 */
class MessageList extends LightElement {
  static properties = {
    conversation: { attribute: false },
    version: { attribute: false },
    away: { state: true },
    current: { state: true },
    hovered: { state: true },
    picking: { state: true },
    marked: { state: true },
    heard: { state: true },
    note: { state: true },
  };

  /** The keys of long messages that are shown as a whole. */
  #unfolded = new Set();
  /** Where the reader is in the box. */
  #place = null;
  #shown = -1;
  #began = false;
  #sent = 0;
  #target = null;
  #problem = null;
  #loading = false;
  #noteTimer;
  /** The key of the message that an emoji is being chosen for. */
  #choosing = null;

  constructor() {
    super();
    this.away = false;
    this.heard = [];
  }

  connected(signal) {
    this.conversation.addEventListener('arrived', ({ detail }) => this.#hear(detail), { signal });
    this.#place?.follow();
    signal.addEventListener('abort', () => {
      clearTimeout(this.#noteTimer);
      this.#place?.close();
    });
  }

  /** What arrives within a frame is shown together. */
  async scheduleUpdate() {
    if (this.#shown !== this.conversation.version) await nextFrame();
    return super.scheduleUpdate();
  }

  willUpdate() {
    if (this.away) this.#place?.hold();
  }

  render() {
    this.#shown = this.conversation.version;
    const { loaded, unseen } = this.conversation;
    const rows = this.#rows();
    return html`
      <div id="log" role="region" aria-label=${talkWords.log} aria-describedby="log-keys" tabindex="0" @keydown=${this.#pressed}>
        ${loaded && rows.length === 0 ? emptyView() : nothing}
        <ol class="entries" @focusin=${this.#focused} @focusout=${this.#blurred} @pointerover=${this.#pointed}
          @pointerleave=${() => (this.hovered = null)}>
          ${repeat(rows, ({ key }) => key, (row) => guard(row.parts, () => this.#row(row)))}
        </ol>
      </div>
      <p id="log-keys" hidden>${talkWords.keys}</p>
      <p id="log-note" role="status" ?data-shown=${this.note}>${this.note ?? nothing}</p>
      <button id="jump" type="button" ?hidden=${!this.away} @click=${this.#toEnd}>
        ${unseen > 0 ? talkWords.unseen(unseen) : talkWords.jump}
      </button>
      <emoji-picker @pick=${({ detail }) => this.#picked(detail.emoji)}></emoji-picker>
      <div class="unseen" id="arrivals" role="log" aria-live="polite" aria-label=${talkWords.arrivals}>
        ${repeat(this.heard, ({ key }) => key, ({ text }) => html`<p dir="auto">${text}</p>`)}
      </div>`;
  }

  firstUpdated() {
    this.#place = new ScrollPlace(this.#log, this.querySelector('.entries'), () => this.#moved());
  }

  updated() {
    const { conversation } = this;
    this.#place.keep();
    if (conversation.sent !== this.#sent) {
      this.#sent = conversation.sent;
      this.#toEnd();
    } else if (conversation.target !== this.#target) {
      this.#target = conversation.target;
      this.#began = true;
      this.#showTarget();
    } else if (!this.#began && conversation.loaded) {
      this.#began = true;
      this.#begin();
    }
    if (conversation.problem !== this.#problem) {
      this.#problem = conversation.problem;
      if (this.#problem) this.#notify(`${talkWords.notDone} ${reasonOf(this.#problem)}`);
    }
    this.#moved();
  }

  get #log() {
    return this.querySelector('#log');
  }

  /** Day lines, the line before what is new, and entries; `parts` is everything that the view of a row depends on. */
  #rows() {
    const { conversation } = this;
    const { entries, firstNew, loaded, older, online } = conversation;
    const rows = [];
    const today = dayOf(Date.now());
    let before = null;
    if (loaded && !older && entries.length > 0) rows.push({ key: 'beginning', parts: ['beginning'] });
    for (const entry of entries) {
      const { key } = entry;
      const day = dayOf(entry.time);
      const newDay = !before || dayOf(before.time) !== day;
      if (newDay) rows.push({ key: `day ${day} ${key}`, day: entry.time, parts: [day, today] });
      if (key === firstNew) rows.push({ key: 'new', parts: ['new'] });
      const first = newDay || key === firstNew || !continues(before, entry);
      const expanded = this.#unfolded.has(key);
      const current = key === this.current;
      const tools = (current || key === this.hovered) && (key === this.picking ? 'emoji' : 'actions');
      const marked = key === this.marked;
      const view = { first, expanded, current, tools, marked, online, conversation, act: this.#act };
      rows.push({ key, entry, view, parts: [entry, first, expanded, current, tools, marked, entry.state === 'stored' || online] });
      before = entry;
    }
    return rows;
  }

  #row({ key, day, entry, view }) {
    if (entry) return messageView(entry, view);
    if (key === 'beginning') return html`<li class="beginning">${talkWords.beginning}</li>`;
    if (key === 'new') return html`<li class="new-line" id="new-line"><span>${talkWords.newLine}</span></li>`;
    return html`<li class="day"><span>${formatDay(day)}</span></li>`;
  }

  // Where the reader is.

  /** Begins where reading stopped, if that is out of sight at the end. */
  #begin() {
    const line = this.querySelector('#new-line');
    if (line && (this.conversation.newer || this.#place.isAbove(line))) this.#place.show(line, NEW_LINE_AT);
  }

  #showTarget() {
    const { offset } = this.#target;
    const entry = this.conversation.entries.find((each) => each.offset === offset);
    const item = entry && this.#item(entry.key);
    if (!item) {
      this.#notify(talkWords.gone);
      return;
    }
    this.#place.show(item);
    this.marked = entry.key;
    item.focus({ preventScroll: true });
  }

  /** The reader is elsewhere, or what is shown has changed. */
  #moved() {
    const { conversation } = this;
    this.away = this.#place.away || conversation.newer;
    const atEnd = conversation.loaded && this.#began && !this.away;
    if (conversation.atEnd !== atEnd) conversation.atEnd = atEnd;
    this.#reach();
  }

  /** Loads the page at the edge that the reader comes near to: one after the other has been shown. */
  async #reach() {
    const { conversation } = this;
    if (this.#loading || !this.#began || !this.isConnected) return;
    const ahead = AHEAD * this.#log.clientHeight;
    const older = conversation.older && this.#place.before < ahead;
    const newer = !older && conversation.newer && this.#place.after < ahead;
    if (!older && !newer) return;
    this.#loading = true;
    // A box that is at its end follows it; this end is not that of the conversation.
    if (newer) this.#place.away = true;
    const before = conversation.problem;
    await (older ? conversation.loadOlder() : conversation.loadNewer());
    this.requestUpdate();
    await this.updateComplete;
    this.#loading = false;
    if (conversation.problem === before) this.#reach();
  }

  async #toEnd() {
    if (this.conversation.newer) {
      await this.conversation.toEnd();
      this.requestUpdate();
      await this.updateComplete;
    }
    this.#place.toEnd();
  }

  // The keys and the pointer.

  #item(key) {
    return this.querySelector(`.entry[data-key="${CSS.escape(key)}"]`);
  }

  #focused({ target }) {
    this.current = target.closest('.entry')?.dataset.key ?? null;
    this.hovered = null;
  }

  #blurred({ relatedTarget }) {
    if (this.contains(relatedTarget) && relatedTarget.closest('.entries, emoji-picker')) return;
    this.current = null;
    this.picking = null;
    this.marked = null;
  }

  #pointed({ target, pointerType }) {
    if (pointerType !== 'mouse') return;
    this.hovered = target.closest('.entry')?.dataset.key ?? null;
    if (this.picking !== this.hovered && this.picking !== this.current) this.picking = null;
  }

  #pressed(event) {
    const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (altKey || ctrlKey || metaKey || shiftKey) return;
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[key];
    const tools = target.closest('.tools');
    if (step) this.#step(target.closest('.entry'), step);
    else if (aside && tools) {
      const buttons = [...tools.querySelectorAll('button')];
      buttons[(buttons.indexOf(target) + aside + buttons.length) % buttons.length].focus();
    } else if (key === 'Escape' && this.picking) this.#unpick();
    else if (key === 'Escape' && target !== this.#log) this.#log.focus({ preventScroll: true });
    else return;
    event.preventDefault();
  }

  /** From an entry to the next one; from the box to the first or last one in sight. */
  #step(from, step) {
    const all = [...this.querySelectorAll('.entry')];
    const { top, bottom } = this.#log.getBoundingClientRect();
    const inSight = (item) => item.getBoundingClientRect().bottom > top && item.getBoundingClientRect().top < bottom;
    const to = from ? all[all.indexOf(from) + step] : step > 0 ? all.find(inSight) : all.findLast(inSight);
    to?.focus();
  }

  async #unpick() {
    const key = this.picking;
    this.#item(key)?.focus({ preventScroll: true });
    this.picking = null;
    await this.updateComplete;
    this.#item(key)?.querySelector('.tool.react')?.focus();
  }

  // What is done with a message.

  #act = (what, ...about) => this.#acts[what](...about);

  #acts = {
    unfold: ({ key }) => this.#unfold(key),
    retry: ({ key }) => this.conversation.retry(key),
    discard: ({ key }) => {
      this.conversation.discard(key);
      this.#log.focus({ preventScroll: true });
    },
    goTo: (offset) => this.conversation.goTo(offset),
    react: (entry, emoji) => this.#react(entry, emoji),
    pick: ({ key }) => this.#pick(key),
    pickOther: ({ key }, button) => this.#pickOther(key, button),
    reply: (entry) => this.dispatchEvent(new CustomEvent('reply', { detail: { entry } })),
    edit: (entry) => this.dispatchEvent(new CustomEvent('edit', { detail: { entry } })),
    remove: (entry) => this.#remove(entry),
    copyLink: (entry) => this.#copyLink(entry),
  };

  /** The button that has the focus goes: the message keeps it. */
  async #pick(key) {
    this.#item(key)?.focus({ preventScroll: true });
    this.picking = key;
    await this.updateComplete;
    this.#item(key)?.querySelector('.tool')?.focus();
  }

  #react(entry, emoji) {
    if (this.picking !== null) {
      this.#item(entry.key)?.focus({ preventScroll: true });
      this.picking = null;
    }
    this.conversation.react(entry, emoji);
  }

  #pickOther(key, button) {
    this.#choosing = key;
    showPicker(this.querySelector('emoji-picker'), button);
  }

  #picked(emoji) {
    const entry = this.conversation.entries.find(({ key }) => key === this.#choosing);
    if (entry) this.#react(entry, emoji);
  }

  async #remove(entry) {
    const yes = await ask({ title: talkWords.removeTitle, text: talkWords.removeText, yes: talkWords.remove });
    this.#item(entry.key)?.focus({ preventScroll: true });
    if (yes) this.conversation.remove(entry);
  }

  async #copyLink({ offset }) {
    const link = new URL(`./${addressOf(this.conversation.name, offset)}`, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      this.#notify(talkWords.copied);
    } catch {
      // Not offered without https, or not allowed: the note can be copied by hand.
      this.#notify(talkWords.notCopied(link));
    }
  }

  #unfold(key) {
    this.#place.through(this.#item(key), async () => {
      if (!this.#unfolded.delete(key)) this.#unfolded.add(key);
      this.requestUpdate();
      await this.updateComplete;
    });
  }

  // What is said about it.

  #notify(note) {
    this.note = note;
    clearTimeout(this.#noteTimer);
    this.#noteTimer = setTimeout(() => (this.note = null), NOTE_MS);
  }

  #hear(entry) {
    const { sender, text, notification } = entry;
    const said = notification ? `${titleOf(notification)}: ${textOf(notification)}` : `${nameOf(sender)}: ${text}`;
    const heard = { key: this.conversation.received, text: firstCharacters(said, HEARD_CHARACTERS) };
    this.heard = [...this.heard, heard].slice(-HEARD);
  }
}

function continues(before, entry) {
  return before.kind === 'chat' && entry.kind === 'chat' && together(before, entry);
}

customElements.define('message-list', MessageList);
