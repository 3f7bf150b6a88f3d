import { language } from '../words.js';
import { adminTexts } from '../words/admin.js';

/** The texts of the operator's page, in the reader's language. */
export const words = adminTexts[language];
