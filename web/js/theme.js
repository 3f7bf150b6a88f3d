import { browserStorage, read, write } from './storage.js';

/** The theme that was chosen in this browser: `light`, `dark`, or `null` for that of the system. `initial-theme.js` sets it at the start. */

const KEY = 'tertulia.theme';

export function chosenTheme() {
  const chosen = read(browserStorage, KEY);
  return chosen === 'light' || chosen === 'dark' ? chosen : null;
}

/** Takes this theme at once and from now on. */
export function chooseTheme(theme) {
  write(browserStorage, KEY, theme);
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
