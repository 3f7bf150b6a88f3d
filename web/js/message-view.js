import { html, nothing } from 'lit';
import { bellWords, textOf, titleOf } from './bell-words.js';
import { beginningOf, formatClock, formatMoment, formatNumber, hueOf, initials } from './format.js';
import { plainText, renderMarkup } from './markup.js';
import { messageTools } from './message-tools.js';
import { mentionOf } from './notification-text.js';
import { addressOf } from './route.js';
import { nameOf, reasonOf, systemName, systemText, talkWords } from './talk-words.js';
import { shortened } from './text.js';
import { words } from './words.js';

/**
 * The view of one entry of the conversation.
 *
 * Every entry is an `li.entry` with its kind (`chat`, `personal`, `broadcast`, `system`), `own` or `other`, and its
 * state in `data-state`. `first` marks the first of several in a row by one person; the others repeat the name only for
 * screen readers.
 *
 * `view` is `{first, expanded, current, tools, marked, online, conversation, on}`: whether it is the one that the keys
 * stand on, whether its actions are shown (`false`, `'actions'` or `'emoji'`), and what `on` does: `act(what, entry)`.
 */
export function messageView(entry, view) {
  const body = { chat: chatView, system: systemView, personal: noticeView, broadcast: noticeView }[entry.kind];
  const classes = ['entry', entry.kind, entry.own ? 'own' : 'other', view.first && 'first', view.marked && 'marked'];
  return html`<li
    class=${classes.filter(Boolean).join(' ')}
    data-key=${entry.key}
    data-state=${entry.state}
    data-client=${entry.client || nothing}
    data-offset=${entry.offset ?? nothing}
    tabindex=${view.current ? 0 : -1}
  >${body(entry, view)}</li>`;
}

/** A chat message: a bubble. */
function chatView(entry, view) {
  const name = nameOf(entry.sender);
  return html`${view.first && !entry.own ? avatar(entry.client, name) : nothing}
    <div class="bubble">
      <p class="who ${view.first ? '' : 'unseen'}">
        <bdi class="sender ${entry.own ? '' : `hue-${hueOf(entry.client)}`}" title=${name}>${name}</bdi>
        <span class="client" title=${entry.client}>${entry.own ? words.you : entry.client}</span>
      </p>
      ${entry.replyTo && !entry.deleted ? quoteView(entry, view) : nothing}
      ${entry.deleted ? deletedView(entry) : textView(entry, view)}
      ${entry.reactions?.length && !entry.deleted ? reactionsView(entry, view) : nothing}
      ${view.tools && entry.state === 'stored' ? messageTools(entry, view) : nothing}
    </div>
    ${entry.readers?.length ? readersView(entry, view) : nothing}`;
}

/** A notification: a card that shows its recipients, and its sender unless that is this tab. */
function noticeView(entry, view) {
  const { notification, own, client, kind } = entry;
  const mention = mentionOf(notification);
  const from = client && (kind === 'broadcast' || !own)
    ? html`<span class="client">${bellWords.by(client)}${own ? ` (${words.you})` : ''}</span>`
    : nothing;
  return html`<div class="card">
    <span class="stub" aria-hidden="true"><span class="icon ${kind}"></span></span>
    <div class="body">
      <p class="who"><span class="title">${titleOf(notification)}</span> ${from}</p>
      ${textView({ ...entry, text: textOf(notification) }, view)}
      ${mention ? html`<a class="to-message" href=${addressOf(mention.room, mention.offset)}>${bellWords.toMessage}</a>` : nothing}
    </div>
  </div>`;
}

/** A message of the server about the room: a quiet line. */
function systemView({ sender, text, time }) {
  return html`<p class="line">
    <bdi class="sender">${systemName(sender)}</bdi> <span class="text" dir="auto">${systemText(text)}</span> ${timeView(time)}
  </p>`;
}

function textView(entry, view) {
  const beginning = beginningOf(entry.text);
  const shown = beginning === null || view.expanded ? entry.text : `${beginning}…`;
  const { members: mentions, client: me } = view.conversation;
  return html`<div class="said">
      <div class="text" dir="auto">${renderMarkup(shown, { mentions, me })}</div>
      <span class="stamp">${editedView(entry)}${timeView(entry.time)}${entry.state === 'sending' || (entry.state === 'waiting' && view.online)
        ? html`<span class="icon clock" role="img" aria-label=${talkWords.sending}></span>`
        : nothing}</span>
    </div>
    ${beginning === null
      ? nothing
      : html`<button type="button" class="quiet more" aria-expanded=${view.expanded} @click=${() => view.act('unfold', entry)}>
          ${view.expanded ? talkWords.showLess : talkWords.showAll(formatNumber(entry.text.length))}
        </button>`}
    ${stateView(entry, view)}`;
}

function deletedView({ time, unreadable }) {
  return html`<div class="said">
    <p class="text deleted">${unreadable ? talkWords.unreadable : talkWords.deleted}</p>
    <span class="stamp">${timeView(time)}</span>
  </div>`;
}

function editedView({ edited }) {
  return edited ? html`<span class="edited" title=${talkWords.editedAt(formatMoment(edited))}>${talkWords.edited}</span> ` : nothing;
}

/** By the reader's clock; the whole of it on hover, and for screen readers. */
function timeView(time) {
  const whole = formatMoment(time);
  return html`<time datetime=${new Date(time).toISOString()} title=${whole} aria-label=${whole}>${formatClock(time)}</time>`;
}

/** What an own message waits for, or why it failed, and what a person can do about it. */
function stateView(entry, view) {
  if (entry.state === 'waiting' && !view.online) return html`<p class="state"><span>${talkWords.waiting}</span></p>`;
  if (entry.state !== 'failed') return nothing;
  return html`<p class="state">
    <span>${talkWords.failed} ${reasonOf(entry.error)}</span>
    <button type="button" class="quiet retry" @click=${() => view.act('retry', entry)}>${words.retry}</button>
    <button type="button" class="quiet discard" @click=${() => view.act('discard', entry)}>${talkWords.discard}</button>
  </p>`;
}

/** The beginning of the message that this one replies to; it leads there. */
function quoteView(entry, view) {
  const { offset, original } = entry.replyTo;
  const name = original ? nameOf(original.sender) : null;
  const text = original?.deleted ? talkWords.deleted : original?.message;
  return html`<button type="button" class="quote ${original ? `hue-${hueOf(original.client)}` : ''}" tabindex=${reach(view)}
      ?disabled=${original === null} aria-label=${name ? `${talkWords.inReplyTo(name)}: ${short(text)}` : nothing}
      @click=${() => view.act('goTo', offset)}>
    ${name ? html`<bdi class="sender">${name}</bdi>` : nothing}
    <span class="quoted" dir="auto">${original === null ? talkWords.originalGone : original ? short(text) : talkWords.originalUnknown}</span>
  </button>`;
}

/** How many characters of the original a quote shows. */
const QUOTED = 140;

/** How much of its text is read for that: markup and line breaks take a part. */
const QUOTED_MARKUP = 4 * QUOTED;

function short(text) {
  return shortened(plainText(text.slice(0, QUOTED_MARKUP)).replace(/\s+/g, ' '), QUOTED);
}

function reactionsView(entry, view) {
  return html`<ul class="reactions" aria-label=${talkWords.reactions}>
    ${entry.reactions.map(({ emoji, count, mine }) => html`<li><button type="button" class="reaction" aria-pressed=${mine} tabindex=${reach(view)}
      aria-label=${talkWords.reaction(emoji, count, mine)} @click=${() => view.act('react', entry, emoji)}>
      <span aria-hidden="true">${emoji}</span> <span class="count" aria-hidden="true">${formatNumber(count)}</span>
    </button></li>`)}
  </ul>`;
}

/** How many of those who have read are shown with a face. */
const FACES = 5;

/** How many are named in the label. */
const NAMES = 20;

function readersView({ readers }, { conversation }) {
  const shown = readers.slice(0, FACES);
  const names = readers.slice(0, NAMES).map((client) => conversation.nameOf(client));
  const rest = readers.length - names.length;
  const label = talkWords.seenBy([...names, ...(rest > 0 ? [talkWords.andMore(rest)] : [])].join(', '));
  return html`<p class="readers" title=${label}>
    <span class="unseen">${label}</span>
    ${shown.map((client) => avatar(client, conversation.nameOf(client)))}
    ${readers.length > shown.length ? html`<span class="rest" aria-hidden="true">+${readers.length - shown.length}</span>` : nothing}
  </p>`;
}

function avatar(client, name) {
  return html`<span class="avatar hue-${hueOf(client)}" aria-hidden="true">${initials(name)}</span>`;
}

/** The buttons of the entry that the keys stand on are reached by Tab; those of the others are not in the way. */
function reach({ current }) {
  return current ? 0 : -1;
}
