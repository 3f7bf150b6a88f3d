import { html, nothing } from 'lit';
import { beginningOf, formatClock, formatMoment, formatNumber, hueOf, initials } from './format.js';
import { words } from './words.js';

/**
 * The view of one entry of the conversation. Text is always inserted as text.
 *
 * Every entry is an `li.entry` with its kind (`chat`, `personal`, `broadcast`, `notification`, `system`,
 * `error`), `own` or `other`, and its state in `data-state`. `first` marks the first of several in a row
 * by one person; the others repeat the name only for those who listen.
 *
 * `view` is `{first, expanded, onToggle, onResend, onDiscard}`.
 */
export function entryView(entry, view) {
  const kinds = { chat: chatView, system: systemView };
  const body = (kinds[entry.kind] ?? noticeView)(entry, view);
  return html`<li
    class="entry ${entry.kind} ${entry.own ? 'own' : 'other'} ${view.first ? 'first' : ''}"
    data-state=${entry.state}
    data-client=${entry.client || nothing}
  >${body}</li>`;
}

/** A chat message: a bubble. */
function chatView(entry, view) {
  const name = entry.sender || words.anonymous;
  return html`${view.first && !entry.own
      ? html`<span class="avatar hue-${hueOf(entry.client)}" aria-hidden="true">${initials(name)}</span>`
      : nothing}
    <div class="bubble">
      <p class="who ${view.first ? '' : 'unseen'}">
        <bdi class="sender ${entry.own ? '' : `hue-${hueOf(entry.client)}`}" title=${name}>${name}</bdi>
        <span class="client" title=${entry.client}>${entry.own ? words.you : entry.client}</span>
      </p>
      ${textView(entry, view)}
    </div>`;
}

/** A notification, or an error: a card that shows its recipients, and its sender unless that is this tab. */
function noticeView(entry, view) {
  const title = words[entry.kind];
  const from = entry.client && (entry.kind === 'broadcast' || !entry.own)
    ? html`<span class="client">${words.by} ${entry.client}${entry.own ? ` (${words.you})` : ''}</span>`
    : nothing;
  return html`<div class="card">
    <span class="stub" aria-hidden="true"><span class="icon ${entry.kind}"></span></span>
    <div class="body">
      <p class="who"><span class="title">${title}</span> ${from}</p>
      ${textView(entry, view)}
    </div>
  </div>`;
}

/** A message of the server about the room: a quiet line. */
function systemView(entry) {
  return html`<p class="line">
    <bdi class="sender">${entry.sender}</bdi> <span class="text" dir="auto">${entry.text}</span> ${timeView(entry)}
  </p>`;
}

function textView(entry, view) {
  const beginning = beginningOf(entry.text);
  const shown = beginning === null || view.expanded ? entry.text : `${beginning}…`;
  return html`<div class="said">
      <p class="text" dir="auto">${shown}</p>
      <span class="stamp">${timeView(entry)}${entry.state === 'sent'
        ? html`<span class="icon clock" role="img" aria-label=${words.sent}></span>`
        : nothing}</span>
    </div>
    ${beginning === null
      ? nothing
      : html`<button type="button" class="quiet more" aria-expanded=${view.expanded} @click=${view.onToggle}>
          ${view.expanded ? words.showLess : words.showAll(formatNumber(entry.text.length))}
        </button>`}
    ${['queued', 'unconfirmed', 'refused'].includes(entry.state) ? stateView(entry, view) : nothing}`;
}

function timeView({ time }) {
  return html`<time datetime=${new Date(time).toISOString()} title=${formatMoment(time)}>${formatClock(time)}</time>`;
}

/** The state of an own message that has not arrived, and what a person can do about it. */
function stateView(entry, view) {
  const mayResend = entry.state !== 'queued';
  return html`<p class="state">
    <span>${entry.state === 'refused' ? refusal(entry) : words[entry.state]}</span>
    ${mayResend
      ? html`<button type="button" class="quiet resend" @click=${view.onResend}>${words.resend}</button>
          <button type="button" class="quiet discard" @click=${view.onDiscard}>${words.discard}</button>`
      : nothing}
  </p>`;
}

/** The reason of a refusal: in the page's language, or else the server's text. */
function refusal({ code, reason }) {
  return `${words.refused} ${Object.hasOwn(words.whyRefused, code) ? words.whyRefused[code] : reason}`.trim();
}
