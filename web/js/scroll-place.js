/** The distance from the end, in pixels, that counts as being at the end. */
const NEAR = 60;

/** At which part of the height an item is shown. */
const SHOWN_AT = 0.3;

/** How many of the entries in sight are remembered: the first that is still there afterwards keeps its place. */
const HELD = 12;

/**
 * Where a reader is in a scrolling box: at its end, which is then followed, or elsewhere; then the entries in sight
 * keep their place, whatever is put before them or taken away, and however their box changes. Browsers that do so
 * themselves (`overflow-anchor`) do not do it at the top; the style sheet switches that off.
 *
 * What is kept is the lower edge of an entry: the first one in sight may lose its heading when others come before it.
 */
export class ScrollPlace {
  /** Whether the reader is elsewhere than at the end. */
  away = false;

  #box;
  #list;
  #moved;
  #top = 0;
  #held = [];
  #sizes = new ResizeObserver(() => this.keep());

  /**
   * @param {HTMLElement} box what scrolls
   * @param {HTMLElement} list its entries, in their order
   * @param {() => void} moved is called when the reader is elsewhere, or back
   */
  constructor(box, list, moved) {
    this.#box = box;
    this.#list = list;
    this.#moved = moved;
    box.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.follow();
  }

  /** Follows the sizes of the box and the list, again after `close`. */
  follow() {
    this.#sizes.observe(this.#box);
    this.#sizes.observe(this.#list);
  }

  /** Stops following the sizes: the box is removed. */
  close() {
    this.#sizes.disconnect();
  }

  /** The distances to the beginning and to the end. */
  get before() {
    return this.#box.scrollTop;
  }

  get after() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Remembers what is in sight. To be called before a change. */
  hold() {
    const { top, bottom } = this.#box.getBoundingClientRect();
    const items = this.#list.children;
    let low = 0;
    for (let high = items.length; low < high;) {
      const middle = (low + high) >> 1;
      if (items[middle].getBoundingClientRect().bottom > top + 1) high = middle;
      else low = middle + 1;
    }
    this.#held = [];
    for (let i = low; i < items.length && this.#held.length < HELD; i++) {
      const rect = items[i].getBoundingClientRect();
      if (rect.top >= bottom && this.#held.length > 0) break;
      if (items[i].dataset.key !== undefined) this.#held.push({ item: items[i], bottom: rect.bottom - top });
    }
  }

  /** Keeps the place after a change. */
  keep() {
    if (!this.away) {
      this.#scrollTo(this.#box.scrollHeight);
      return;
    }
    const held = this.#held.find(({ item }) => item.isConnected);
    if (held) {
      const moved = held.item.getBoundingClientRect().bottom - this.#box.getBoundingClientRect().top - held.bottom;
      if (Math.abs(moved) >= 0.5) this.#scrollTo(this.#box.scrollTop + moved);
    }
    this.#look();
  }

  /** Goes to the end, and follows it. */
  toEnd() {
    this.away = false;
    this.keep();
    this.#moved();
  }

  /** Shows an item, so that it begins at this part of the height, or around it. */
  show(item, part = SHOWN_AT) {
    const box = this.#box.getBoundingClientRect();
    const { top, height } = item.getBoundingClientRect();
    const room = Math.max(0, box.height - height);
    this.away = true;
    this.#scrollTo(this.#box.scrollTop + top - box.top - Math.min(room, box.height * part));
    this.#look();
    this.hold();
    this.#moved();
  }

  /** Whether an item begins above what is in sight. */
  isAbove(item) {
    return item.getBoundingClientRect().top < this.#box.getBoundingClientRect().top;
  }

  /** Keeps the upper edge of an item through a change, such as the unfolding of its text. */
  async through(item, change) {
    const before = item.getBoundingClientRect().top;
    this.away = true;
    await change();
    this.#scrollTo(this.#box.scrollTop + item.getBoundingClientRect().top - before);
    this.#look();
    this.hold();
    this.#moved();
  }

  #scrollTo(top) {
    this.#box.scrollTop = top;
    this.#top = this.#box.scrollTop;
  }

  /** Only who scrolls back leaves the end: it may also move away by itself, when something came. */
  #scrolled() {
    const back = this.#box.scrollTop < this.#top;
    this.#top = this.#box.scrollTop;
    if (back && this.after > NEAR) this.away = true;
    else this.#look();
    if (this.away) this.hold();
    this.#moved();
  }

  #look() {
    if (this.away && this.after <= NEAR) this.away = false;
  }
}
