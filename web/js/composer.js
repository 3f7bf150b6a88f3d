import { html, nothing } from 'lit';
import { byteLength, MAX_MESSAGE_BYTES } from './frames.js';
import { formatNumber } from './format.js';
import { LightElement } from './light-element.js';
import { words } from './words.js';

/**
 * The field, and the three ways to send what is in it.
 *
 * Enter sends, Shift+Enter starts a new line. `onSay(kind, text)` answers `ok`, and the field is cleared, or
 * with a reason, which is shown; what was typed is never lost. A text that comes near the protocol's bound
 * is counted, and one past it is kept from being sent.
 */
class MessageComposer extends LightElement {
  static properties = {
    onSay: { attribute: false },
    problem: { state: true },
    bytes: { state: true },
  };

  /** From here on the size is shown. */
  static COUNTED_BYTES = MAX_MESSAGE_BYTES * 0.8;

  constructor() {
    super();
    this.problem = '';
    this.bytes = 0;
  }

  render() {
    return html`
      <form @submit=${this.#submit} @mousedown=${keepFocus}>
        <textarea id="message" rows="1" placeholder=${words.placeholder} aria-label=${words.message}
          aria-describedby="hint" aria-invalid=${this.#tooLarge ? 'true' : nothing} enterkeyhint="send" autocomplete="off"
          dir="auto" @input=${this.#typed} @keydown=${this.#pressed}></textarea>
        <button id="send" type="submit">${words.send}</button>
        <div class="others">
          <button id="notify-self" type="button" @click=${() => this.#say('personal')}>${words.notifySelf}</button>
          <button id="notify-all" type="button" @click=${() => this.#say('broadcast')}>${words.notifyAll}</button>
        </div>
        <p id="hint" role="status" class=${this.problem || this.#tooLarge ? 'problem' : ''}>${this.#hint}</p>
      </form>`;
  }

  focusField() {
    this.#field.focus({ preventScroll: true });
  }

  get #field() {
    return this.querySelector('#message');
  }

  get #tooLarge() {
    return this.bytes > MAX_MESSAGE_BYTES;
  }

  get #hint() {
    const [size, max] = [formatNumber(this.bytes), formatNumber(MAX_MESSAGE_BYTES)];
    if (this.#tooLarge) return words.tooLarge(size, max);
    return this.problem || (this.bytes > MessageComposer.COUNTED_BYTES ? words.size(size, max) : '');
  }

  #typed() {
    this.problem = '';
    this.bytes = byteLength(this.#field.value);
    this.#grow();
  }

  #pressed(event) {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || composing) return;
    event.preventDefault();
    if (!event.repeat) this.#say('chat');
  }

  #submit(event) {
    event.preventDefault();
    this.#say('chat');
  }

  /** An empty message says nothing to the room; an empty notification carries the server's default text. */
  #say(kind) {
    const text = this.#field.value.trimEnd();
    if (kind === 'chat' && text === '') return;
    const outcome = this.onSay(kind, text);
    if (outcome === 'ok') this.#field.value = '';
    this.#typed();
    if (outcome === 'queue_full') this.problem = words.queueFull;
  }

  /** Browsers without `field-sizing` are told how high the text is. */
  #grow() {
    if (CSS.supports('field-sizing', 'content')) return;
    const { style } = this.#field;
    style.height = 'auto';
    style.height = `${this.#field.scrollHeight + 2}px`;
  }
}

/** A press on a button leaves the focus, and a phone's keyboard, where they are: in the field. */
function keepFocus(event) {
  if (event.target.closest('button')) event.preventDefault();
}

customElements.define('message-composer', MessageComposer);
