import { pageTexts } from './words/page.js';

/**
 * The texts of the page in the reader's language: the one chosen in the menu, else the browser's.
 *
 * Spanish is the default. English is only used if it was chosen, or if the browser's list of languages names
 * English before Spanish.
 */

const KEY = 'tertulia.language';

/** The language of the page: the first of `es` and `en` that the browser's list names; `es` if neither. */
export function chooseLanguage(languages) {
  for (const tag of languages ?? []) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'es' || language === 'en') return language;
  }
  return 'es';
}

/** The language chosen in this browser, or `null`: then the browser's list decides. */
export function chosenLanguage() {
  try {
    const chosen = localStorage.getItem(KEY);
    return chosen === 'es' || chosen === 'en' ? chosen : null;
  } catch {
    return null;
  }
}

/** Chooses a language for the next start of the page; `null` leaves it to the browser's list. */
export function saveLanguage(chosen) {
  try {
    if (chosen) localStorage.setItem(KEY, chosen);
    else localStorage.removeItem(KEY);
  } catch {
    // Storage is denied or full: the browser's list decides again at the next start.
  }
}

export const language = chosenLanguage() ?? chooseLanguage(navigator.languages);
export const words = pageTexts[language];
