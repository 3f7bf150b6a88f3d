import { LitElement } from 'lit';

/**
 * A Lit element that renders into the page itself, not into a shadow root: the style sheets are shared, and
 * the inspector shows the fields and buttons in their places.
 */
export class LightElement extends LitElement {
  createRenderRoot() {
    return this;
  }
}

/**
 * Resolves with the browser's next animation frame; in a background tab, which has none, after a quarter of a
 * second. All messages that arrive in between are shown together.
 */
export function nextFrame() {
  return new Promise((resolve) => {
    const timer = setTimeout(done, 250);
    const frame = requestAnimationFrame(done);
    function done() {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      resolve();
    }
  });
}
