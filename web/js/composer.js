import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { bellWords } from './bell-words.js';
import { completionAt } from './completion.js';
import { emojiAreHere, expandShortcodes, loadEmoji, showPicker } from './emoji.js';
import { formatNumber, hueOf, initials } from './format.js';
import { isComposing } from './keys.js';
import { LightElement } from './light-element.js';
import { plainText } from './markup.js';
import { Mentionable } from './mentions.js';
import { reasonOf, talkWords } from './talk-words.js';
import { byteLength, firstCharacters, MAX_MESSAGE_BYTES, shortened, wellFormed } from './text.js';
import { words } from './words.js';

/** The size from which on it is shown, in bytes. */
const COUNTED_BYTES = MAX_MESSAGE_BYTES * 0.8;

/** How many characters of a message a mentioned client is notified of. */
const MENTION_CHARACTERS = 500;

/** How many characters of the message that is replied to, or edited, are shown. */
const QUOTED_CHARACTERS = 160;

/**
 * The field, and the three ways to send its text: to the room, as a notification to oneself, and to everybody.
 *
 * Enter sends, Shift+Enter starts a new line, ↑ in an empty field edits one's last message, Esc ends that, or a reply.
 * `@` and `:` complete names and emoji. What was typed is kept as the draft of its room. The size is shown for a text
 * close to the protocol's bound, and a text beyond the bound is not sent; the text is never lost.
 *
 * In: `conversation`, `tertulia` (the client), `drafts`, `members` (`{client, name}` of those who are here), `replyTo`
 * and `editing` (an entry, or `null`). Fires `done` when a reply or an edit has ended.
 */
class MessageComposer extends LightElement {
  static properties = {
    conversation: { attribute: false },
    tertulia: { attribute: false },
    drafts: { attribute: false },
    members: { attribute: false },
    replyTo: { attribute: false },
    editing: { attribute: false },
    problem: { state: true },
    bytes: { state: true },
    completion: { state: true },
    chosen: { state: true },
  };

  constructor() {
    super();
    this.members = [];
    this.replyTo = null;
    this.editing = null;
    this.drafts = null;
    this.problem = '';
    this.bytes = 0;
    /** What `completionAt` found, while it is offered; and which of the options Enter takes. */
    this.completion = null;
    this.chosen = 0;
  }

  render() {
    return html`
      <form @submit=${this.#submit} @mousedown=${keepFocus}>
        ${this.#banner()}
        ${this.#options()}
        <textarea id="message" rows="1" placeholder=${words.placeholder} aria-label=${this.editing ? words.editing : words.message}
          aria-describedby="hint" aria-invalid=${this.#tooLarge ? 'true' : nothing} aria-autocomplete="list" aria-haspopup="listbox"
          aria-controls=${this.completion ? 'completions' : nothing} aria-activedescendant=${this.completion ? `completion-${this.chosen}` : nothing}
          enterkeyhint="send" autocomplete="off" dir="auto"
          @input=${this.#typed} @keydown=${this.#pressed} @blur=${this.#dismiss} @click=${this.#dismiss}></textarea>
        <button id="send" type="submit">${this.editing ? words.save : words.send}</button>
        <div class="others">
          <button id="emoji" type="button" aria-haspopup="dialog" title=${words.emoji} aria-label=${words.emoji} @click=${this.#pickEmoji}></button>
          <button id="notify-self" type="button" title=${words.notifySelf} ?disabled=${this.editing} @click=${() => this.#notify('personal')}>
            <span>${words.notifySelf}</span>
          </button>
          <button id="notify-all" type="button" title=${words.notifyAll} ?disabled=${this.editing} @click=${() => this.#notify('broadcast')}>
            <span>${words.notifyAll}</span>
          </button>
        </div>
        <p id="hint" role="status" class=${this.problem || this.#tooLarge ? 'problem' : ''}>${this.#hint}</p>
        <p class="unseen" role="status">${this.completion ? words.suggestions(this.completion.options.length) : ''}</p>
      </form>
      <emoji-picker @pick=${this.#picked}></emoji-picker>`;
  }

  willUpdate(changed) {
    // Another room: what was begun in the one before is its draft, and no reply or edit of this one.
    if (changed.has('conversation') && changed.get('conversation')) {
      if (!changed.has('replyTo')) this.replyTo = null;
      if (!changed.has('editing')) this.editing = null;
    }
    // The later of the two counts.
    if (changed.has('replyTo') && this.replyTo && !changed.has('editing')) this.editing = null;
    else if (changed.has('editing') && this.editing) this.replyTo = null;
  }

  updated(changed) {
    if (changed.has('conversation') || changed.has('drafts')) this.#fill(this.drafts?.of(this.#room) ?? '');
    if (changed.has('editing') && (this.editing || changed.get('editing'))) {
      this.#fill(this.editing ? this.editing.text : (this.drafts?.of(this.#room) ?? ''));
    }
    if ((changed.has('editing') && this.editing) || (changed.has('replyTo') && this.replyTo)) this.focusField();
    if (this.completion) this.querySelector(`#completion-${this.chosen}`)?.scrollIntoView({ block: 'nearest' });
  }

  focusField() {
    this.#field.focus({ preventScroll: true });
  }

  get #field() {
    return this.querySelector('#message');
  }

  get #room() {
    return this.conversation?.name;
  }

  get #tooLarge() {
    return this.bytes > MAX_MESSAGE_BYTES;
  }

  get #hint() {
    const [size, max] = [formatNumber(this.bytes), formatNumber(MAX_MESSAGE_BYTES)];
    if (this.#tooLarge) return words.tooLarge(size, max);
    return this.problem || (this.bytes > COUNTED_BYTES ? words.size(size, max) : '');
  }

  /** What is replied to, or edited. */
  #banner() {
    const entry = this.editing ?? this.replyTo;
    if (!entry) return nothing;
    const name = entry.sender || words.anonymous;
    return html`<div id="about" class=${this.editing ? 'edited' : 'replied'}>
      <p>
        <b>${this.editing ? words.editing : html`${words.replyTo} <bdi>${name}</bdi>`}</b>
        <span class="quoted" dir="auto">${plainText(shortened(entry.text, QUOTED_CHARACTERS))}</span>
      </p>
      <button id="about-end" type="button" aria-label=${words.cancel} title=${words.cancel} @click=${this.#end}>
        <span class="icon cross" aria-hidden="true"></span>
      </button>
    </div>`;
  }

  #options() {
    if (!this.completion) return nothing;
    return html`<ul id="completions" role="listbox" aria-label=${words.completions}>
      ${repeat(this.completion.options, (_, i) => i, (option, i) => html`
        <li id="completion-${i}" role="option" aria-selected=${i === this.chosen ? 'true' : 'false'}
          @mousedown=${(event) => event.preventDefault()} @click=${() => this.#complete(i)}>
          ${option.emoji
            ? html`<span class="sign" aria-hidden="true">${option.emoji}</span><span class="name">:${option.name}:</span>`
            : html`<span class="avatar hue-${hueOf(option.client)}" aria-hidden="true">${initials(option.name || words.anonymous)}</span>
                <bdi class="name">${option.name || words.anonymous}</bdi>
                ${option.name === option.client ? nothing : html`<span class="client">${option.client}</span>`}`}
        </li>`)}
    </ul>`;
  }

  // What is typed.

  #typed() {
    this.#changed();
    const { value } = this.#field;
    this.#offer();
    if (!emojiAreHere && value.includes(':')) loadEmoji().then(() => this.#offer());
    if (value !== '' && !this.editing) this.conversation.types();
  }

  /** Offers what completes the text before the caret. */
  #offer() {
    const { value, selectionStart, selectionEnd } = this.#field;
    this.completion = selectionStart === selectionEnd ? completionAt(value, selectionStart, this.#others, (person) => this.#mentionable.nameOf(person)) : null;
    this.chosen = 0;
  }

  /** The text is another. */
  #changed() {
    const { value } = this.#field;
    this.problem = '';
    this.bytes = byteLength(value);
    if (!this.editing) this.drafts?.keep(this.#room, value);
    this.#grow();
  }

  /** Writes over what stands in the field. */
  #fill(text) {
    this.#field.value = text;
    this.completion = null;
    this.#changed();
  }

  /** Writes at the caret, as a person would: the browser can undo it. */
  #insert(text, begin = this.#field.selectionStart, end = this.#field.selectionEnd) {
    this.focusField();
    this.#field.setRangeText(text, begin, end, 'end');
    this.#changed();
  }

  #pressed(event) {
    if (isComposing(event)) return;
    const { key, shiftKey } = event;
    const plain = !shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (this.completion && plain && this.#pressedInOptions(key)) {
      event.preventDefault();
    } else if (key === 'Enter' && !shiftKey) {
      event.preventDefault();
      if (!event.repeat) this.#send();
    } else if (key === 'Escape' && (this.editing || this.replyTo)) {
      event.preventDefault();
      this.#end();
    } else if (key === 'ArrowUp' && plain && !this.editing && this.#field.value === '') {
      event.preventDefault();
      this.#editLast();
    }
  }

  /** Whether the key was for the options. */
  #pressedInOptions(key) {
    const { length } = this.completion.options;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    if (step) this.chosen = (this.chosen + step + length) % length;
    else if (key === 'Enter' || key === 'Tab') this.#complete(this.chosen);
    else if (key === 'Escape') this.#dismiss();
    else return false;
    return true;
  }

  #complete(i) {
    const { begin, end, options } = this.completion;
    this.#insert(options[i].text, begin, end);
    this.#dismiss();
  }

  #dismiss() {
    this.completion = null;
  }

  #editLast() {
    const last = this.conversation.entries.findLast(({ kind, own, state, deleted, offset }) => kind === 'chat' && own && state === 'stored' && !deleted && offset);
    if (last) this.editing = last;
  }

  /** Ends an edit or a reply. A reply keeps what was typed; an edit gives the draft back. */
  #end() {
    this.editing = null;
    this.replyTo = null;
    this.focusField();
    this.dispatchEvent(new CustomEvent('done'));
  }

  // What is sent.

  #submit(event) {
    event.preventDefault();
    this.#send();
  }

  /** Sends the text to the room, or saves the edit. An empty message is not sent. */
  #send() {
    if (!emojiAreHere && this.#field.value.includes(':')) {
      loadEmoji().then(() => this.#send());
      return;
    }
    const text = this.#text;
    if (text.trim() === '') {
      if (this.editing) this.problem = words.emptyEdit;
      return;
    }
    if (this.editing) this.#save(text);
    else this.#say(text);
  }

  #save(text) {
    if (this.#refuse(text)) return;
    if (text !== this.editing.text) this.conversation.edit(this.editing, text);
    this.#end();
  }

  async #say(text) {
    const { conversation } = this;
    const mentions = this.#mentionable.mentionedIn(text).filter((client) => client !== this.tertulia.client);
    const options = { replyTo: this.replyTo?.offset, ...(mentions.length > 0 && { data: { mentions } }) };
    if (this.#refuse(text, options.data)) return;
    const sent = conversation.send(text, options);
    this.#sent();
    if (this.replyTo) this.#end();
    try {
      const { offset } = await sent;
      this.#tellMentioned(mentions, conversation.name, text, offset);
    } catch (error) {
      // Others are shown with the message.
      if (error.code === 'queue_full') this.#giveBack(conversation, text, words.queueFull);
    }
  }

  #tellMentioned(clients, room, text, offset) {
    const message = firstCharacters(text, MENTION_CHARACTERS);
    for (const client of clients) {
      // One who may not be notified sees the message in the room.
      this.tertulia.notify(client, message, { category: 'mention', data: { room, offset } }).catch(() => {});
    }
  }

  /** Notifies oneself or everybody; without a text, by the one that the base protocol has for that. */
  async #notify(kind) {
    const { conversation, tertulia } = this;
    const text = this.#text;
    if (this.#refuse(text)) return;
    const message = text.trim() === '' ? bellWords.withoutText[kind] : text;
    const told = kind === 'personal' ? tertulia.notify(null, message) : tertulia.broadcast(message);
    this.#sent();
    try {
      await told;
    } catch (error) {
      if (error.code === 'closed') return;
      const why = error.code === 'queue_full' ? words.queueFull : `${talkWords.failed} ${reasonOf(error)}`;
      this.#giveBack(conversation, text, why);
    }
  }

  get #text() {
    return wellFormed(expandShortcodes(this.#field.value.trimEnd()));
  }

  /** Whether a text is too large, and says so. */
  #refuse(text, data) {
    const bytes = byteLength(text) + (data ? byteLength(JSON.stringify(data)) : 0);
    if (bytes > MAX_MESSAGE_BYTES) this.bytes = bytes;
    return bytes > MAX_MESSAGE_BYTES;
  }

  #sent() {
    this.#fill('');
  }

  /** What was not sent stands in the field again, unless something else does. */
  #giveBack(conversation, text, why) {
    if (conversation !== this.conversation) return;
    if (this.#field.value === '' && !this.editing) this.#fill(text);
    this.problem = why;
  }

  // Emoji and people.

  #pickEmoji({ currentTarget }) {
    showPicker(this.querySelector('emoji-picker'), currentTarget);
  }

  #picked({ detail }) {
    this.#insert(detail.emoji);
  }

  /** Those who are here, but for oneself. */
  get #others() {
    return this.members.filter(({ client }) => client !== this.tertulia.client);
  }

  get #mentionable() {
    return new Mentionable(this.members);
  }

  /** Sets the height of the field in browsers without `field-sizing`. */
  #grow() {
    if (CSS.supports('field-sizing', 'content')) return;
    const { style } = this.#field;
    style.height = 'auto';
    style.height = `${this.#field.scrollHeight + 2}px`;
  }
}

/** A press on a button keeps the focus, and a phone's keyboard, in the field. */
function keepFocus(event) {
  if (event.target.closest('button')) event.preventDefault();
}

customElements.define('message-composer', MessageComposer);
