/**
 * Shows in the tab's title, and on the icon of an installed page, how much is unread.
 *
 * @param sources models with `unread`, which fire `change`
 */
export function countInTitle(sources, title) {
  let shown;
  const show = () => {
    const count = sources.reduce((sum, { unread }) => sum + unread, 0);
    if (count === shown) return;
    shown = count;
    document.title = count > 0 ? `(${count}) ${title}` : title;
    // Browsers that cannot show it reject.
    navigator.setAppBadge?.(count).catch(() => {});
  };
  for (const source of sources) source.addEventListener('change', show);
  show();
}
