/** The distance from an end, in pixels, that counts as being there. */
const NEAR = 60;

/** Where the reader is in a box that scrolls: at the end, which is followed, or at a message, which stays in its place. */
export class ReadersPlace {
  /** Whether the end is followed. */
  atEnd = true;

  #box;
  /** Where the box was scrolled to by this. */
  #top = 0;

  /**
   * @param {HTMLElement} box with a list of messages
   * @param {{ moved: () => void, signal: AbortSignal }} how `moved` is called when the reader has scrolled
   */
  constructor(box, { moved, signal }) {
    this.#box = box;
    const sizes = new ResizeObserver(() => this.atEnd && this.#scrollTo(box.scrollHeight));
    sizes.observe(box);
    signal.addEventListener('abort', () => sizes.disconnect());
    box.addEventListener('scroll', () => {
      if (Math.abs(box.scrollTop - this.#top) < 1) return;
      this.#top = box.scrollTop;
      this.atEnd = box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR;
      moved();
    });
  }

  /** Whether the beginning is in sight. */
  get atBegin() {
    return this.#box.scrollTop <= NEAR;
  }

  /** The reader wants to be at the end. */
  toEnd() {
    this.atEnd = true;
    this.#scrollTo(this.#box.scrollHeight);
  }

  /**
   * Changes the content of the box; the reader stays where they are.
   *
   * @param {() => void} change
   * @param {boolean} follows whether the content reaches to the end
   */
  keep(change, follows) {
    if (this.atEnd && follows) {
      change();
      this.#scrollTo(this.#box.scrollHeight);
      return;
    }
    const { top } = this.#box.getBoundingClientRect();
    const places = [...this.#box.querySelectorAll('.message')]
      .map((node) => ({ key: node.dataset.key, at: node.getBoundingClientRect() }))
      .filter(({ at }) => at.bottom > top)
      .slice(0, 2);
    change();
    for (const { key, at } of places) {
      const node = [...this.#box.querySelectorAll('.message')].find(({ dataset }) => dataset.key === key);
      if (!node) continue;
      this.#scrollTo(this.#box.scrollTop + node.getBoundingClientRect().top - at.top);
      break;
    }
  }

  #scrollTo(top) {
    this.#box.scrollTop = top;
    this.#top = this.#box.scrollTop;
  }
}
