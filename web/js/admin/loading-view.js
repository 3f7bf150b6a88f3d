import { html, nothing } from 'lit';
import { LightElement } from '../light-element.js';
import { words } from './words.js';

/**
 * A part of the page that shows answers of the server, and why there are none.
 *
 * A subclass loads in `load()` and shows in `content()`. Fires `key-refused` if the server does not accept the key.
 */
export class LoadingView extends LightElement {
  static properties = { problem: { state: true }, done: { state: true }, loading: { state: true } };

  constructor() {
    super();
    this.problem = '';
    this.done = '';
    this.loading = false;
  }

  /** Reads what is shown. */
  async load() {}

  /** What is shown: `nothing` until there is something. */
  content() {
    return nothing;
  }

  render() {
    return html`
      <p class="problem" role="alert">${this.problem}</p>
      <p class="done" role="status">${this.done}</p>
      ${this.content()}
    `;
  }

  /** Loads, and shows why that failed if it did. What was shown before stays. */
  async refresh() {
    await this.attempt(() => this.load());
  }

  /**
   * Does something that asks the server. Resolves with whether that was possible.
   *
   * @param {string=} done what is said then
   */
  async attempt(action, done = '') {
    this.loading = true;
    try {
      await action();
      this.problem = '';
      if (done) this.done = done;
      return true;
    } catch (error) {
      this.done = '';
      this.problem = error.status === undefined ? words.failed : error.message;
      if (error.isOfKey) this.dispatchEvent(new CustomEvent('key-refused', { detail: error.message, bubbles: true }));
      else if (error.status === undefined) console.error(error);
      return false;
    } finally {
      this.loading = false;
    }
  }

  connected(signal) {
    this.refresh();
    // What was done to one client is not said of the next.
    addEventListener('hashchange', () => (this.done = ''), { signal });
  }
}
