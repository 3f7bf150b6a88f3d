import { html, nothing } from 'lit';
import { byteLength, MAX_MESSAGE_BYTES } from './frames.js';
import { formatNumber } from './format.js';
import { LightElement } from './light-element.js';
import { words } from './words.js';

/**
 * The field, and the three ways to send its text.
 *
 * Enter sends, Shift+Enter starts a new line. `onSay(kind, text)` returns `ok`, and the field is cleared, or
 * a reason, which is shown; the text is never lost. The size is shown for a text close to the protocol's
 * bound, and a text beyond the bound is not sent.
 */
class MessageComposer extends LightElement {
  static properties = {
    onSay: { attribute: false },
    problem: { state: true },
    bytes: { state: true },
  };

  /** The size from which on it is shown. */
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

  /** An empty message is not sent to the room; an empty notification has the server's default text. */
  #say(kind) {
    const text = this.#field.value.trimEnd();
    if (kind === 'chat' && text === '') return;
    const outcome = this.onSay(kind, text);
    if (outcome === 'ok') this.#field.value = '';
    this.#typed();
    if (outcome === 'queue_full') this.problem = words.queueFull;
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
