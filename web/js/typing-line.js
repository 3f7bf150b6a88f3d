import { html, nothing } from 'lit';
import { LightElement } from './light-element.js';
import { talkWords } from './talk-words.js';

/**
 * The line over the field that says who is typing. It is not read out: that would interrupt a screen reader.
 *
 * Set `version` whenever the conversation has changed.
 */
class TypingLine extends LightElement {
  static properties = { conversation: { attribute: false }, version: { attribute: false } };

  render() {
    const { typing } = this.conversation;
    return typing.length > 0 ? html`<p dir="auto">${talkWords.typing(typing)}</p>` : nothing;
  }
}

customElements.define('typing-line', TypingLine);
