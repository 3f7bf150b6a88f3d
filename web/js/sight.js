/** How much of an element has to be in sight, so that it counts as seen. */
const SEEN = 0.5;

/** Tells which of some elements a person could see: those that were in sight while the page was not hidden. */
export class Sight {
  #onSeen;
  #inSight = new Set();
  #observer = new IntersectionObserver((entries) => this.#moved(entries), { threshold: SEEN });

  /**
   * @param {(id: string) => void} onSeen called with the `data-id` of each that was seen, perhaps again
   * @param {{ signal?: AbortSignal }} [options] ends it
   */
  constructor(onSeen, { signal } = {}) {
    this.#onSeen = onSeen;
    document.addEventListener('visibilitychange', () => this.#tell(), { signal });
    signal?.addEventListener('abort', () => this.watch([]));
  }

  /** Watches these elements from now on, and no others. */
  watch(elements) {
    this.#observer.disconnect();
    this.#inSight.clear();
    for (const element of elements) this.#observer.observe(element);
  }

  #moved(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#inSight.add(target.dataset.id);
      else this.#inSight.delete(target.dataset.id);
    }
    this.#tell();
  }

  #tell() {
    if (document.hidden) return;
    for (const id of this.#inSight) this.#onSeen(id);
    this.#inSight.clear();
  }
}
