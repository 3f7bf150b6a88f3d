import { bellTexts } from './words/bell.js';

/** The texts that the server gives to notifications without one, in its languages. */
const DEFAULTS = {
  personal: { es: 'Notificación personal.', en: 'Personal notification.' },
  broadcast: { es: 'Notificación de broadcast.', en: 'Broadcast notification.' },
};

/** The text of a notification: one that the server gave it is in the reader's language. */
export function readersText({ scope, message, unreadable }, language) {
  if (unreadable) return bellTexts[language].unreadable;
  const texts = DEFAULTS[scope];
  return Object.values(texts ?? {}).includes(message) ? texts[language] : message;
}
