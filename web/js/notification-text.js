import { bellTexts } from './words/bell.js';

/** The text of a notification: one that the server gave it is in the reader's language. */
export function readersText({ scope, message, unreadable }, language) {
  if (unreadable) return bellTexts[language].unreadable;
  const isDefault = Object.values(bellTexts).some(({ withoutText }) => withoutText[scope] === message);
  return isDefault ? bellTexts[language].withoutText[scope] : message;
}

/** The title of a notification: its own, that of a mention, or else whom it is for. */
export function readersTitle(notification, language) {
  const { scope, title } = notification;
  const mention = mentionOf(notification);
  return title || (mention ? bellTexts[language].mentioned(mention.room) : bellTexts[language][scope]);
}

/** The message that mentions the reader, if a notification is about one: `{room, offset}`; else `null`. */
export function mentionOf({ category, data }) {
  const { room, offset } = data ?? {};
  return category === 'mention' && typeof room === 'string' && Number.isSafeInteger(offset) ? { room, offset } : null;
}
