import { LitElement } from 'lit';

/**
 * A Lit element that renders into the page itself, not into a shadow root: the style sheets are shared, and
 * whoever opens the inspector finds the fields and buttons where they look.
 */
export class LightElement extends LitElement {
  createRenderRoot() {
    return this;
  }
}

/**
 * The next frame that the browser paints; in a tab in the background, which paints none, a quarter of a
 * second later. However many messages come in between, they are shown in one go.
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
