/** The page at /docs: reads the description of the API, and shows each request with its fields. */

import { element, routeView } from './docs-route.js';
import { told, words } from './docs-words.js';
import { language } from './words.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const main = document.querySelector('#routes');
document.documentElement.lang = language;
document.title = words.title;
document.querySelector('#heading').textContent = words.heading;

try {
  const response = await fetch('/openapi.json');
  show(await response.json());
} catch (error) {
  main.append(element('p', { role: 'alert' }, `${words.failed} (${error.message})`));
}
main.setAttribute('aria-busy', 'false');

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
