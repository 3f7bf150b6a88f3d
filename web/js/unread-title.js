/** Shows the number of unread notifications in the tab's title, and on the icon of an installed page. */
export function countInTitle(bell, title) {
  let count;
  const show = () => {
    if (bell.unread === count) return;
    count = bell.unread;
    document.title = count > 0 ? `(${count}) ${title}` : title;
    // Browsers that cannot show it reject.
    navigator.setAppBadge?.(count).catch(() => {});
  };
  bell.addEventListener('change', show);
  show();
}
