import { textOf, titleOf } from './bell-words.js';
import { shortened } from './text.js';

/** How many notifications of the system are remembered, to take them away again. */
const MOST = 20;

/** How many characters of a text the system is given. */
const CHARACTERS = 240;

/**
 * The notifications that arrive while the page is hidden, shown by the system where a person has allowed it. Fires
 * `change` when the permission has changed, and `open` when a person has clicked one.
 *
 * They carry the notification's id as their tag, so that several tabs show one. One that was read or revoked
 * elsewhere is taken away.
 */
export class SystemNotifications extends EventTarget {
  #bell;
  /** What is shown, by id. */
  #shown = new Map();

  constructor(bell) {
    super();
    this.#bell = bell;
    bell.addEventListener('arrived', ({ detail }) => this.#show(detail));
    bell.addEventListener('change', () => this.#takeAway());
  }

  /** `default` (not asked yet), `granted`, `denied`, or `unavailable`. */
  get permission() {
    return globalThis.isSecureContext && 'Notification' in globalThis ? Notification.permission : 'unavailable';
  }

  /** Asks for permission. Only in answer to a click. */
  async ask() {
    if (this.permission === 'default') await Notification.requestPermission();
    this.dispatchEvent(new Event('change'));
  }

  async #show(notification) {
    const { id, urgency } = notification;
    if (!document.hidden || this.permission !== 'granted') return;
    const heading = titleOf(notification);
    const options = {
      tag: id,
      body: shortened(textOf(notification), CHARACTERS),
      icon: 'static/icons/favicon.svg',
      requireInteraction: urgency === 'high',
      silent: urgency === 'low' ? true : undefined,
      timestamp: notification.time,
      data: { id },
    };
    try {
      const shown = new Notification(heading, options);
      shown.onclick = () => this.#open(shown, id);
      shown.onclose = () => this.#shown.delete(id);
      shown.onshow = () => this.#bell.shown(id);
      this.#shown.set(id, shown);
      if (this.#shown.size > MOST) this.#shown.delete(this.#shown.keys().next().value);
    } catch {
      // Browsers of phones only let a service worker show them.
      const worker = await navigator.serviceWorker?.getRegistration();
      await worker?.showNotification(heading, options).catch(() => {});
    }
  }

  #open(shown, id) {
    window.focus();
    shown.close();
    this.dispatchEvent(new CustomEvent('open', { detail: this.#bell.find(id) }));
  }

  #takeAway() {
    for (const [id, shown] of this.#shown) {
      if (this.#bell.find(id)?.read !== false) shown.close();
    }
  }
}
