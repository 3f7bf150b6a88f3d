// Goes to the beginning of the conversation as far as it is loaded, again and again, and gives back how far the message
// at the top has moved, at most, when others were put before it; and how large the page became.
const [pages] = arguments;
return (async () => {
  const log = document.querySelector('#log');
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const first = () => document.querySelector('.entry');
  const found = { moved: 0, pages: 0, nodes: 0, entries: 0, doubled: 0 };
  const list = document.querySelector('message-list');
  let loads = 0;
  const { loadOlder } = list.conversation;
  list.conversation.loadOlder = function load() {
    loads++;
    return loadOlder.call(this);
  };
  for (; found.pages < pages && list.conversation.older; found.pages++) {
    const before = first();
    const loaded = loads;
    log.scrollTop = 0;
    const text = before.querySelector('.text');
    let top = text.getBoundingClientRect().top;
    for (let waited = 0; first() === before && waited < 600; waited++) {
      top = text.getBoundingClientRect().top;
      await frame();
    }
    if (first() === before) return { ...found, stuck: true };
    for (let frames = 0; frames < 3; frames++) {
      found.moved = Math.max(found.moved, Math.abs(text.getBoundingClientRect().top - top));
      await frame();
    }
    found.doubled += Math.max(0, loads - loaded - 1);
    found.nodes = Math.max(found.nodes, document.querySelectorAll('*').length);
    found.entries = Math.max(found.entries, document.querySelectorAll('.entry').length);
  }
  return found;
})();
