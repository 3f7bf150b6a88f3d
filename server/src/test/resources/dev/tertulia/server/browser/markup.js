/* What the markup of messages makes of texts; returns what is wrong. `arguments`: a seed. */
const [seed] = arguments;

const CASES = [
  ['hola', 'hola'],
  ['*a* _b_ `c` **d**', '<strong>a</> <em>b</> <code>c</> <strong>d</>'],
  ['(*x*), ¡*y*! _*z*_', '(<strong>x</>), ¡<strong>y</>! <em><strong>z</></>'],
  ['*a _b_ c*', '<strong>a <em>b</> c</>'],
  ['*a _b* c_', '<strong>a _b</> c_'],
  ['snake_case_name 2*3*4 2 * 3 * 4 __init__ *.java **/*.js *a*b', null],
  ['*sin cerrar\nfin*', null],
  ['`*a*` *`b` c* ``d`e`` `f', '<code>*a*</> <strong><code>b</> c</> <code>d`e</> `f'],
  ['a ```b c``` d', 'a <code>b c</> d'],
  ['x\n```js\n*a*\n\n  b\n```\ny', 'x<pre><code js>*a*\n\n  b</></>y'],
  ['```una línea\notra```', '<pre><code>una línea\notra</></>'],
  ['```\nsin cerrar', null],
  ['a\n> *b*\n> c\n>\nd', 'a<blockquote><strong>b</>\nc\n</>d'],
  ['>_< >:( a > b', null],
  ['https://a.org', '<a https://a.org>https://a.org</>'],
  ['(ver https://a.org/x_(y)).', '(ver <a https://a.org/x_(y)>https://a.org/x_(y)</>).'],
  ['«http://a.org/*b*»', '«<a http://a.org/*b>http://a.org/*b</>*»'],
  ['*https://a.org/b_c_d?e=1&f#g*, "HTTP://B.ORG/!"', '<strong><a https://a.org/b_c_d?e=1&f#g>https://a.org/b_c_d?e=1&f#g</></>, "<a HTTP://B.ORG/>HTTP://B.ORG/</>!"'],
  ['mailto:ana@a.org, mailto:', '<a mailto:ana@a.org>mailto:ana@a.org</>, mailto:'],
  ['javascript:alert(1) data:text/html,x file:///etc xhttps://a.org http:// https://[ javascript:https', null],
  ['<b>x</b> &amp; <img src=x onerror=alert(1)>', null],
  ['@luis, @Ana María. @ana: a@b.org @@x', '<span mention>@luis</>, <span mention t1>@Ana María</>. <span mention me>@ana</>: a@b.org @@x'],
  ['a\r\nb\rc', 'a\nb\nc'],
];
const OPTIONS = { me: 'ana', mentions: [{ client: 't1', name: 'Ana María' }, { client: 't2', name: 'Ana' }] };

/* The longest messages, made to be slow. */
const HOSTILE = ['*a', '*a* ', '_a ', '*a _b ', '**a *b _c', '`', '` `` ``` ', '`a`', '```\n', '```\n```\n', '```x\n', '> \n', '\n',
  'https://', 'https://a.b/ ', 'http://[ ', 'mailto:a ', 'https://a.b/(', '(', '@', '@a ', '@a.-', ' *', 'é_'];
const SIZE = 65_536;

const MARKERS = /[*_`>\n ]/g;

const shown = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  const { className, dataset } = node;
  const more = [node.getAttribute('href'), className, dataset.language, dataset.client].filter(Boolean);
  return `<${[node.localName, ...more].join(' ')}>${[...node.childNodes].map(shown).join('')}</>`;
};

const rendered = (nodes) => {
  const box = document.createElement('div');
  box.append(...nodes);
  // The language of a block is not in its text.
  for (const code of box.querySelectorAll('[data-language]')) code.prepend(code.dataset.language);
  return box;
};

const depth = (node) => 1 + Math.max(0, ...[...node.children].map(depth));

/* Mulberry32. */
const randomOf = (state) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

return (async () => {
  const { renderMarkup } = await import('/static/js/markup.js');
  const wrong = [];
  for (const [text, expected] of CASES) {
    const got = renderMarkup(text, OPTIONS).map(shown).join('');
    if (got !== (expected ?? text)) wrong.push(`${text} => ${got}`);
  }

  const random = randomOf(seed);
  const pieces = ['*', '_', '**', '`', '``', '\n```\n', '\n> ', '\n', ' ', 'a', 'é', '2', '😀', '(', ')', '.', 'https://a.org/x', 'mailto:a@b', '@ana', '@', '<b>', '"', 'javascript:', '\u202e'];
  for (let i = 0; i < 3_000 && wrong.length === 0; i++) {
    const text = Array.from({ length: 1 + random() * 40 }, () => pieces[Math.floor(random() * pieces.length)]).join('');
    const box = rendered(renderMarkup(text, OPTIONS));
    if (box.textContent.replace(MARKERS, '') !== text.replace(MARKERS, '')) wrong.push(`lost: ${JSON.stringify(text)}`);
    if (box.querySelector(':not(a, blockquote, code, em, pre, span, strong)')) wrong.push(`elements: ${JSON.stringify(text)}`);
    for (const link of box.querySelectorAll('a')) {
      if (!/^(https?|mailto):$/.test(link.protocol) || link.rel !== 'noopener noreferrer' || link.target !== '_blank') wrong.push(`link: ${text}`);
    }
  }

  for (const piece of HOSTILE) {
    const text = piece.repeat(SIZE / piece.length);
    const box = rendered(renderMarkup(text, OPTIONS));
    if (box.querySelectorAll('*').length > 1_001 || depth(box) > 6) wrong.push(`hostile: ${piece}`);
    if (box.textContent.replace(MARKERS, '') !== text.replace(MARKERS, '')) wrong.push(`hostile, lost: ${piece}`);
  }
  return wrong;
})();
