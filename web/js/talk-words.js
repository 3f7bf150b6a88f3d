import { language, words } from './words.js';
import { pageTexts } from './words/page.js';
import { talkTexts } from './words/talk.js';

/** The texts of the conversation, in the language of the page. */
export const talkWords = talkTexts[language];

const DEPARTURES = [/^Cliente '(.*)' se ha desconectado\.$/s, /^Client '(.*)' has disconnected\.$/s];
const SYSTEMS = new Set(Object.values(talkTexts).map(({ system }) => system));
const NOBODIES = new Set(['', ...Object.values(pageTexts).map(({ anonymous }) => anonymous)]);

/** What the server says about a room, in the reader's language where it is known. */
export function systemText(text) {
  const [, client] = DEPARTURES.map((departure) => departure.exec(text)).find(Boolean) ?? [];
  return client === undefined ? text : talkWords.left(client);
}

/** The name with which the server speaks. */
export function systemName(sender) {
  return SYSTEMS.has(sender) ? talkWords.system : sender;
}

/** The name of a sender; the name that the server gives to those without one, in the reader's language. */
export function nameOf(sender, { anonymous } = words) {
  return NOBODIES.has(sender ?? '') ? anonymous : sender;
}

/** Why something failed, in the reader's language where it is known. */
export function reasonOf({ code, message } = {}, { why } = talkWords) {
  return Object.hasOwn(why, code) ? why[code] : (message ?? '');
}
