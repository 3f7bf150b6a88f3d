import { html, nothing } from 'lit';
import { LightElement, nextFrame } from './light-element.js';
import { words } from './words.js';
import './composer.js';
import './message-list.js';
import './toasts.js';

/**
 * The room: the conversation, a notice while disconnected, and the composer.
 *
 * It renders at most once per animation frame, however many messages arrive.
 */
class ChatRoom extends LightElement {
  static properties = {
    conversation: { attribute: false },
    connection: { attribute: false },
    identity: { attribute: false },
  };

  async scheduleUpdate() {
    await nextFrame();
    return super.scheduleUpdate();
  }

  firstUpdated() {
    this.conversation.addEventListener('change', () => this.requestUpdate());
    this.conversation.addEventListener('heard', ({ detail }) => this.#heard(detail));
    if (!matchMedia('(pointer: coarse)').matches) {
      const composer = this.querySelector('message-composer');
      composer.updateComplete.then(() => composer.focusField());
    }
  }

  render() {
    return html`
      <message-list .conversation=${this.conversation} .version=${this.conversation.version}
        @resend=${({ detail }) => this.#resend(detail)}></message-list>
      ${this.#notice()}
      <message-composer .onSay=${(kind, text) => this.conversation.say(kind, this.identity.name, text)}></message-composer>
      <notification-toasts></notification-toasts>`;
  }

  #notice() {
    const { phase, why } = this.connection;
    const queued = this.conversation.queued;
    if (phase === 'open' || this.connection.fresh) return nothing;
    const stopped = phase === 'stopped';
    const away = queued > 0 ? words.awayQueued(queued) : words.awayNotice;
    return html`<div id="notice" class=${stopped ? 'stopped' : ''}>
      <span>${stopped ? words.whyStopped[why] : away}</span>
      <button id="retry" type="button" class="quiet" @click=${() => this.connection.reconnect()}>
        ${stopped ? words.connectAgain : words.retry}
      </button>
    </div>`;
  }

  #resend(entry) {
    if (this.conversation.resend(entry) === 'queue_full') {
      this.querySelector('message-composer').problem = words.queueFull;
    }
  }

  #heard(entry) {
    if (['personal', 'broadcast', 'notification', 'error'].includes(entry.kind)) {
      this.querySelector('notification-toasts').show(entry);
    }
  }
}

customElements.define('chat-room', ChatRoom);
