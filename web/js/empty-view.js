import { html } from 'lit';
import { words } from './words.js';

/** The view before the first message: what this is, and what to try. */
export function emptyView() {
  const tries = [
    ['send', words.send, words.tryChat],
    ['personal', words.notifySelf, words.trySelf],
    ['broadcast', words.notifyAll, words.tryAll],
  ];
  return html`<div class="empty">
    <span class="cup" aria-hidden="true"></span>
    <h2>${words.emptyTitle}</h2>
    <p>${words.emptyText}</p>
    <ul>
      ${tries.map(([icon, button, what]) => html`
        <li><span class="icon ${icon}" aria-hidden="true"></span><span><b>${button}</b>: ${what}</span></li>`)}
    </ul>
  </div>`;
}
