import { html, nothing } from 'lit';
import { talkWords } from './talk-words.js';

/** The reactions that are at hand. */
const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** What a person can do with a message: a row of buttons, or the reactions that are at hand. */
export function messageTools(entry, view) {
  if (entry.deleted) return nothing;
  return html`<div class="tools" role="toolbar" aria-label=${view.tools === 'emoji' ? talkWords.react : talkWords.tools}>
    ${view.tools === 'emoji' ? emojiButtons(entry, view) : actionButtons(entry, view)}
  </div>`;
}

function actionButtons(entry, view) {
  return [
    button('react', 'smile', talkWords.react, () => view.act('pick', entry)),
    button('reply', 'reply', talkWords.reply, () => view.act('reply', entry)),
    entry.own ? button('edit', 'pencil', talkWords.edit, () => view.act('edit', entry)) : nothing,
    button('copy-link', 'link', talkWords.copyLink, () => view.act('copyLink', entry)),
    entry.own ? button('remove', 'bin', talkWords.remove, () => view.act('remove', entry)) : nothing,
  ];
}

function emojiButtons(entry, view) {
  const mine = new Set(entry.reactions?.filter((reaction) => reaction.mine).map(({ emoji }) => emoji));
  return html`${QUICK.map((emoji) => html`<button type="button" class="tool quick" aria-pressed=${mine.has(emoji)}
      aria-label=${talkWords.reactWith(emoji)} title=${talkWords.reactWith(emoji)} @click=${() => view.act('react', entry, emoji)}>
      <span aria-hidden="true">${emoji}</span>
    </button>`)}
    ${button('other-emoji', 'plus', talkWords.otherEmoji, ({ currentTarget }) => view.act('pickOther', entry, currentTarget))}`;
}

function button(name, icon, label, act) {
  return html`<button type="button" class="tool ${name}" aria-label=${label} title=${label} @click=${act}>
    <span class="icon ${icon}" aria-hidden="true"></span>
  </button>`;
}
