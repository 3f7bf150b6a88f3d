import { pageTexts } from './page.js';
import { talkTexts } from './talk.js';

/** The texts that only `<tertulia-chat>` has. */
const es = {
  log: (room) => `Conversación en ${room}`,
  older: 'Ver anteriores',
  empty: 'Todavía no hay mensajes.',
  noText: 'Sin texto',
  closed: 'El servidor ha cerrado la conexión.',
  noEntry: 'No se puede entrar en esta sala.',
};

const en = {
  log: (room) => `Conversation in ${room}`,
  older: 'Show older ones',
  empty: 'There are no messages yet.',
  noText: 'No text',
  closed: 'The server has closed the connection.',
  noEntry: 'This room cannot be entered.',
};

/** The texts of `<tertulia-chat>`, by language: its own, and those of the page and its conversation. */
export const chatTexts = {
  es: { ...pageTexts.es, ...talkTexts.es, ...es },
  en: { ...pageTexts.en, ...talkTexts.en, ...en },
};
