import { LitElement } from 'lit';

/** How long a background tab, which has no animation frames, waits for what would be shown together, in ms. */
const HIDDEN_FRAME_MS = 250;

/**
 * A Lit element that renders into the page itself, not into a shadow root: the style sheets are shared, and
 * the inspector shows the fields and buttons in their places.
 *
 * A subclass that listens to something else than its own nodes does so in `connected(signal)`, which is called each time
 * the element is put into the page. The signal aborts when the element is removed.
 */
export class LightElement extends LitElement {
  #life;

  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    this.connected(this.#life.signal);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
  }

  /** Listens to what this element shows. */
  connected() {}
}

/**
 * Resolves with the browser's next animation frame, or soon in a background tab, which has none. All messages that
 * arrive in between are shown together.
 */
export function nextFrame() {
  return new Promise((resolve) => {
    const timer = setTimeout(done, HIDDEN_FRAME_MS);
    const frame = requestAnimationFrame(done);
    function done() {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      resolve();
    }
  });
}
