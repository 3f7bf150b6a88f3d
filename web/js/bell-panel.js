import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { bellWords, textOf, titleOf } from './bell-words.js';
import { formatClock, formatDay, formatMoment } from './format.js';
import { dayOf } from './grouping.js';
import { isComposing } from './keys.js';
import { LightElement } from './light-element.js';
import { mentionOf } from './notification-text.js';
import { addressOf } from './route.js';
import { Sight } from './sight.js';

/** From this width on the panel stands beside the conversation or over its edge; below, it covers all. */
const WIDE = '(min-width: 56rem)';

/**
 * The list of notifications: beside the conversation in a wide window, else a dialog over all of it. Escape closes it,
 * and the focus goes back to where it was.
 *
 * Fires `toggle` when it was opened or closed. Set `version` whenever the bell has changed.
 */
class NotificationPanel extends LightElement {
  static properties = {
    bell: { attribute: false },
    system: { attribute: false },
    version: { attribute: false },
    open: { type: Boolean, reflect: true },
    wide: { state: true },
  };

  /** What had the focus before. */
  #before = null;
  #media = matchMedia(WIDE);
  #sight;

  constructor() {
    super();
    this.open = false;
  }

  connected(signal) {
    this.wide = this.#media.matches;
    this.#media.addEventListener('change', () => (this.wide = this.#media.matches), { signal });
    this.system?.addEventListener('change', () => this.requestUpdate(), { signal });
    this.#sight = new Sight((id) => this.#seen(id), { signal });
  }

  toggle() {
    if (this.open) this.hide();
    else this.show();
  }

  /** Opens it, at a notification if one is given. */
  async show(id) {
    if (!this.open) this.#before = document.activeElement;
    this.open = true;
    this.dispatchEvent(new CustomEvent('toggle'));
    await this.updateComplete;
    const item = id === undefined ? null : this.querySelector(`[data-id="${CSS.escape(id)}"]`);
    (item ?? this.querySelector('h2'))?.focus();
  }

  hide() {
    if (!this.open) return;
    this.open = false;
    this.dispatchEvent(new CustomEvent('toggle'));
    const held = this.contains(document.activeElement) || document.activeElement === document.body;
    this.querySelector('dialog')?.close();
    if (held) this.#before?.focus();
    this.#before = null;
  }

  render() {
    if (!this.open) return nothing;
    const label = 'bell-heading';
    return this.wide
      ? html`<aside class="sheet" aria-labelledby=${label} @keydown=${this.#pressed}>${this.#content(label)}</aside>`
      : html`<dialog class="sheet" aria-labelledby=${label} @cancel=${this.#cancelled} @keydown=${this.#pressed}>${this.#content(label)}</dialog>`;
  }

  updated() {
    const dialog = this.querySelector('dialog');
    if (dialog && !dialog.open) dialog.showModal();
    this.#sight.watch(this.querySelectorAll('li[data-id]'));
  }

  #content(label) {
    const { notifications, unread, more, loaded } = this.bell;
    return html`
      <div class="sheet-head">
        <h2 id=${label} tabindex="-1">${bellWords.title}</h2>
        <button type="button" class="close" aria-label=${bellWords.close} title=${bellWords.close} @click=${() => this.hide()}>
          <span class="icon cross" aria-hidden="true"></span>
        </button>
        <button id="mark-all-read" type="button" class="quiet" ?disabled=${unread === 0} @click=${() => this.bell.markAllRead()}>
          ${bellWords.markAllRead}
        </button>
      </div>
      <div class="sheet-body">
        ${loaded && notifications.length === 0 ? emptyView() : nothing}
        <ol>
          ${repeat(notifications, ({ id }) => id, (notification, i) => this.#item(notification, notifications[i - 1]))}
        </ol>
        ${more
          ? html`<button id="older-notifications" type="button" class="quiet" @click=${this.#older}>${bellWords.older}</button>`
          : nothing}
      </div>
      ${this.#foot()}`;
  }

  #item(notification, above) {
    const { id, time, scope, urgency, category, from, read } = notification;
    const [title, text, mention] = [titleOf(notification), textOf(notification), mentionOf(notification)];
    const day = above && dayOf(above.time) === dayOf(time) ? nothing : html`<p class="day">${formatDay(time)}</p>`;
    return html`<li class="notice ${scope} ${urgency} ${read ? 'read' : 'unread'}" data-id=${id} tabindex="-1">
      ${day}
      <div class="card">
        <span class="stub" aria-hidden="true"><span class="icon ${scope}"></span></span>
        <div class="body">
          <p class="who">
            <span class="heading">
              ${read ? nothing : html`<span class="dot" role="img" aria-label=${bellWords.isUnread}></span>`}
              <bdi class="title">${title}</bdi>
            </span>
            ${urgency === 'high' ? html`<span class="urgent">${bellWords.high}</span>` : nothing}
            ${urgency === 'low' ? html`<span class="low">${bellWords.low}</span>` : nothing}
          </p>
          <p class="text" dir="auto">${text || html`<i>${bellWords.noText}</i>`}</p>
          <p class="about">
            <time datetime=${new Date(time).toISOString()} title=${formatMoment(time)}>${formatClock(time)}</time>
            ${title === bellWords[scope] ? nothing : html`<span>${bellWords[scope]}</span>`}
            <bdi class="client">${bellWords.by(from)}</bdi>
            ${mention
              ? html`<a class="to-message" href=${addressOf(mention.room, mention.offset)} @click=${() => this.#followed(id)}>${bellWords.toMessage}</a>`
              : category ? html`<bdi class="category">${category}</bdi>` : nothing}
            ${read
              ? nothing
              : html`<button type="button" class="quiet mark-read" @click=${() => this.#mark(id)}>${bellWords.markRead}</button>`}
          </p>
        </div>
      </div>
    </li>`;
  }

  #foot() {
    const permission = this.system?.permission ?? 'unavailable';
    if (permission === 'unavailable') return nothing;
    return html`<div class="sheet-foot">
      ${permission === 'default'
        ? html`<button id="ask-system" type="button" @click=${() => this.system.ask()}>${bellWords.ask}</button>`
        : html`<p>${bellWords[permission]}</p>`}
    </div>`;
  }

  /** The button goes: the focus stays in the list. */
  #mark(id) {
    this.querySelector(`[data-id="${CSS.escape(id)}"]`)?.focus({ preventScroll: true });
    this.bell.markRead(id);
  }

  /** The link leads to the message: it was read, and is not to be covered. */
  #followed(id) {
    this.bell.markRead(id);
    this.hide();
  }

  async #older() {
    const last = this.bell.notifications.length;
    await this.bell.loadMore();
    this.requestUpdate();
    await this.updateComplete;
    this.querySelectorAll('li[data-id]')[last]?.focus({ preventScroll: true });
  }

  #pressed(event) {
    if (event.key !== 'Escape' || isComposing(event)) return;
    event.preventDefault();
    this.hide();
  }

  #cancelled(event) {
    event.preventDefault();
    this.hide();
  }

  #seen(id) {
    if (this.bell.find(id)?.read === false) this.bell.shown(id);
  }
}

function emptyView() {
  return html`<div class="nothing">
    <span class="icon bell" aria-hidden="true"></span>
    <h3>${bellWords.emptyTitle}</h3>
    <p>${bellWords.emptyText}</p>
  </div>`;
}

customElements.define('notification-panel', NotificationPanel);
