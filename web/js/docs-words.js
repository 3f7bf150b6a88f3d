import { language } from './words.js';
import { docsTexts } from './words/docs.js';

/** The texts of the page at /docs, in the reader's language. */
export const words = docsTexts[language];

/** The text `name` of a `node` of the description, in the language of the page. */
export function told(node, name) {
  return (language === 'es' && node[`x-${name}-es`]) || node[name] || '';
}
