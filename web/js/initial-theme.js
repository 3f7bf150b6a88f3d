/* Runs before the page is shown, so that it begins in the theme that was chosen. */
try {
  const theme = localStorage.getItem('tertulia.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is denied: the theme is that of the system.
}
