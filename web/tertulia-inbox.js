import { Bell } from './js/bell.js';
import { welcomeOf } from './js/embed/clients.js';
import { icon, make, timeView, unseen } from './js/embed/dom.js';
import { TertuliaElement } from './js/embed/tertulia-element.js';
import { inboxStyle } from './js/embed/inbox-style.js';
import { readersText, readersTitle } from './js/notification-text.js';
import { Sight } from './js/sight.js';
import { shortCount } from './js/unread-count.js';
import { bellTexts } from './js/words/bell.js';

/** The room that the panel leaves at the edge of the window, in pixels. */
const MARGIN = 8;

/**
 * `<tertulia-inbox server client|token lang>`: a bell with the number of unread notifications, and a list of them that
 * it opens. Fires `tertulia-unread` with the number whenever it changes, and `tertulia-notification` with each one that
 * arrives.
 */
class TertuliaInbox extends TertuliaElement {
  static style = inboxStyle;

  #bell;
  #sight;
  #words;
  #button;
  #panel;
  #status;
  /** The number that the button shows. */
  #unread;

  start(root, signal) {
    this.#words = bellTexts[this.language];
    this.#bell = new Bell(this.tertulia, { since: welcomeOf(this.tertulia), signal });
    this.#sight = new Sight((id) => this.#bell.find(id)?.read === false && this.#bell.shown(id), { signal });
    this.#unread = undefined;
    this.#button = make('button', { class: 'bell', type: 'button', title: this.#words.title, 'aria-expanded': 'false', onclick: () => this.toggle() });
    this.#panel = make('section', { class: 'panel', hidden: true, 'aria-label': this.#words.title });
    this.#status = unseen('', { role: 'status' });
    root.replaceChildren(this.#button, this.#panel, this.#status);
    root.addEventListener('keydown', (event) => event.key === 'Escape' && this.#close(), { signal });
    addEventListener('click', (event) => event.composedPath().includes(this) || this.#close(false), { signal });
    this.#bell.addEventListener('change', () => this.#show(), { signal });
    this.#bell.addEventListener('arrived', ({ detail }) => this.#arrived(detail), { signal });
    this.#show();
  }

  /** How many are unread. */
  get unread() {
    return this.#bell?.unread ?? 0;
  }

  /** Opens the list, or closes it. */
  toggle() {
    if (!this.#panel) return;
    if (!this.#panel.hidden) return this.#close();
    this.#panel.hidden = false;
    this.#button.setAttribute('aria-expanded', 'true');
    this.#show();
    this.#place();
    this.#panel.querySelector('h2').focus();
  }

  focus(options) {
    this.#button?.focus(options);
  }

  #close(focus = true) {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#panel.replaceChildren();
    this.#sight.watch([]);
    this.#button.setAttribute('aria-expanded', 'false');
    if (focus) this.#button.focus();
  }

  /** The panel opens below the bell; what would be beside the window is moved into it. */
  #place() {
    this.#panel.style.translate = '';
    const { left, right } = this.#panel.getBoundingClientRect();
    const most = document.documentElement.clientWidth - MARGIN;
    if (left < MARGIN) this.#panel.style.translate = `${MARGIN - left}px`;
    else if (right > most) this.#panel.style.translate = `${most - right}px`;
  }

  #arrived(notification) {
    this.#status.textContent = `${this.#titleOf(notification)}: ${readersText(notification, this.language)}`;
    this.dispatchEvent(new CustomEvent('tertulia-notification', { detail: notification }));
  }

  #show() {
    const { unread } = this.#bell;
    if (unread !== this.#unread) {
      this.#unread = unread;
      const count = make('span', { class: 'count', 'aria-hidden': 'true', text: shortCount(unread) });
      this.#button.replaceChildren(
        icon('M4.5 17.5c1.6-1.7 2-3.4 2-7a5.5 5.5 0 0 1 11 0c0 3.6.4 5.3 2 7z', 'M9.8 20.3a2.4 2.4 0 0 0 4.4 0'),
        unseen(unread > 0 ? `${this.#words.title}: ${this.#words.unread(unread)}` : this.#words.title),
        ...(unread > 0 ? [count] : []),
      );
      this.dispatchEvent(new CustomEvent('tertulia-unread', { detail: unread }));
    }
    if (!this.#panel.hidden) this.#showPanel();
  }

  #showPanel() {
    const { notifications, unread, more, loaded } = this.#bell;
    const words = this.#words;
    const focused = this.shadowRoot.activeElement?.dataset.focus;
    const top = this.#panel.querySelector('.body')?.scrollTop ?? 0;
    const link = (name, focus, text, onclick) => make('button', { class: `link ${name}`, type: 'button', 'data-focus': focus, text, onclick });
    const all = link('all', 'all', words.markAllRead, () => this.#bell.markAllRead());
    all.disabled = unread === 0;
    const items = notifications.map((notification) => this.#item(notification, link));
    this.#panel.replaceChildren(
      make('div', { class: 'head' },
        make('h2', { class: 'title', tabIndex: -1, 'data-focus': 'title', text: words.title }),
        make('button', { class: 'close', type: 'button', 'data-focus': 'close', 'aria-label': words.close, title: words.close, onclick: () => this.#close() },
          icon('M6 6l12 12', 'M18 6 6 18')),
        all),
      make('div', { class: 'body', tabIndex: 0, role: 'group', 'aria-label': words.title, 'data-focus': 'body' },
        loaded && items.length === 0 ? make('p', { class: 'empty', text: words.emptyText }) : null,
        make('ol', { class: 'list' }, ...items),
        more ? link('older', 'older', words.older, () => this.#bell.loadMore()) : null),
    );
    this.#panel.querySelector('.body').scrollTop = top;
    this.#keepFocus(focused);
    this.#sight.watch(items);
  }

  /** The focus stays where it was; what is gone gives it to what it stood in. */
  #keepFocus(focused) {
    if (focused === undefined) return;
    const again = [...this.#panel.querySelectorAll('[data-focus]')].find(({ dataset, disabled }) => dataset.focus === focused && !disabled);
    const item = [...this.#panel.querySelectorAll('[data-id]')].find(({ dataset }) => dataset.id === focused);
    (again ?? item ?? this.#panel.querySelector('h2')).focus({ preventScroll: true });
  }

  #item(notification, link) {
    const { id, time, scope, urgency, title, category, from, read } = notification;
    const words = this.#words;
    const text = readersText(notification, this.language);
    const item = make('li', { class: 'notification', 'data-id': id, tabIndex: -1 },
      make('p', { class: 'heading' },
        make('bdi', { text: this.#titleOf(notification) }),
        read ? null : unseen(words.isUnread),
        urgency === 'high' ? make('span', { class: 'urgent', text: words.high }) : null,
        urgency === 'low' ? make('span', { class: 'low', text: words.low }) : null),
      make('p', { class: 'text', dir: 'auto', text: text || words.noText }),
      make('p', { class: 'about' },
        timeView(time, this.language),
        title ? make('span', { text: words[scope] }) : null,
        make('bdi', { text: words.by(from) }),
        category ? make('bdi', { class: 'category', text: category }) : null,
        read ? null : link('mark', id, words.markRead, () => this.#bell.markRead(id))));
    for (const name of [scope, read ? 'read' : 'unread']) {
      item.classList.add(name);
      item.part.add(name);
    }
    return item;
  }

  #titleOf(notification) {
    return readersTitle(notification, this.language);
  }
}

customElements.define('tertulia-inbox', TertuliaInbox);
