import { readersText, readersTitle } from './notification-text.js';
import { language } from './words.js';
import { bellTexts } from './words/bell.js';

/** The texts about notifications, in the language of the page. */
export const bellWords = bellTexts[language];

/** The text of a notification, for the reader of the page. */
export function textOf(notification) {
  return readersText(notification, language);
}

/** Its title. */
export function titleOf(notification) {
  return readersTitle(notification, language);
}
