/** The page at /docs: reads the description of the API, and shows each request with its fields. */

import { useKey, withKey } from './docs-key.js';
import { element, routeView } from './docs-route.js';
import { told, words } from './docs-words.js';
import { language } from './words.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const main = document.querySelector('#routes');
document.documentElement.lang = language;
document.title = words.title;
document.querySelector('#heading').textContent = words.heading;

const problem = element('p', { role: 'alert' });
const field = element('input', { type: 'password', name: 'key', autocomplete: 'off', spellcheck: 'false' });
const form = element(
  'form',
  { class: 'key' },
  element('label', {}, element('code', {}, words.key), element('span', { class: 'note' }, words.keyNote), field),
  element('p', { class: 'buttons' }, element('button', { type: 'submit' }, words.useKey)),
  problem,
);
let isShown = false;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  useKey(field.value);
  if (!isShown) {
    await load();
  }
});
main.append(form);
await load();

/** Reads the description, and shows it, or why that is not possible. */
async function load() {
  main.setAttribute('aria-busy', 'true');
  problem.textContent = '';
  try {
    const response = await fetch('openapi.json', { headers: withKey() });
    const answer = await response.json();
    if (response.ok) {
      isShown = true;
      show(answer);
    } else {
      problem.textContent = answer.detail;
    }
  } catch (error) {
    problem.textContent = `${words.failed} (${error.message})`;
  }
  main.setAttribute('aria-busy', 'false');
}

function show(description) {
  main.append(element('p', { class: 'intro' }, words.intro));
  for (const tag of description.tags) {
    const views = [];
    for (const [path, item] of Object.entries(description.paths)) {
      for (const method of METHODS) {
        const operation = item[method];
        if (operation?.tags.includes(tag.name)) {
          const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
          views.push(routeView(method, path, operation, parameters.map((each) => resolve(description, each))));
        }
      }
    }
    main.append(element('section', {}, element('h2', {}, told(tag, 'name')), ...views));
  }
}

/** Resolves a reference within the description. */
function resolve(description, node) {
  return node.$ref === undefined
    ? node
    : node.$ref
        .slice(2)
        .split('/')
        .reduce((at, name) => at[name], description);
}
