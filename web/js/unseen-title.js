/** Shows in the tab's title how many messages arrived while it was hidden. */
export function countInTitle(conversation, title) {
  let unseen = 0;
  conversation.addEventListener('heard', ({ detail }) => {
    if (!document.hidden || detail.own || detail.kind === 'system') return;
    unseen++;
    document.title = `(${unseen}) ${title}`;
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    unseen = 0;
    document.title = title;
  });
}
