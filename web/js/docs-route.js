/** One request of the API: its description, fields to fill in, and the server's response. */

import { withKey } from './docs-key.js';
import { told, words } from './docs-words.js';

/** The maximum of a stream that is shown, in characters; the oldest part is dropped first. */
const MOST_SHOWN = 20_000;

/** Makes an element. Text is text, never markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/**
 * @param {string} method in lower case
 * @param {string} path with names in braces
 * @param {object} operation of the description
 * @param {object[]} parameters of this path and operation, looked up
 */
export function routeView(method, path, operation, parameters) {
  const fields = parameters.map(field);
  const json = operation.requestBody?.content['application/json'];
  const body = json && bodyField(json);
  const isStream = Boolean(operation.responses['200']?.content?.['text/event-stream']);
  const isPage = Boolean(operation.responses['200']?.content?.['text/html']);
  const answer = element('pre', { class: 'answer', role: 'status', 'aria-label': words.answer, tabindex: '0', hidden: '' });
  const button = element('button', { type: 'submit' }, isStream ? words.listen : isPage ? words.open : words.send);
  const form = element(
    'form',
    {},
    ...fields.map((each) => each.label),
    ...(body ? [body.label] : []),
    element('p', { class: 'buttons' }, button),
    answer,
  );
  let ending = null;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (ending) {
      ending.abort();
      return;
    }
    const request = requestOf(method, path, fields, body);
    if (isPage) {
      location.assign(request.url);
      return;
    }
    ending = new AbortController();
    if (isStream) {
      request.options.headers.Accept = 'text/event-stream';
      button.textContent = words.stop;
    }
    show(answer, '');
    try {
      await ask(request, ending.signal, answer);
    } catch (error) {
      if (error.name !== 'AbortError') {
        show(answer, `${answer.textContent}${words.noAnswer} (${error.message})`);
      }
    }
    ending = null;
    if (isStream) {
      button.textContent = words.listen;
    }
  });
  return element(
    'details',
    { 'data-route': `${method.toUpperCase()} ${path}` },
    element(
      'summary',
      {},
      element('span', { class: 'method' }, method.toUpperCase()),
      element('span', { class: 'path', translate: 'no' }, path),
      element('span', { class: 'what' }, told(operation, 'summary')),
    ),
    form,
  );
}

function field(parameter) {
  const needed = parameter.required === true;
  const input = element('input', { name: parameter.name, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' });
  input.required = needed;
  const label = element(
    'label',
    {},
    element('code', { translate: 'no' }, parameter.name),
    element('span', { class: 'note' }, told(parameter, 'description') + (needed ? ` (${words.required})` : '')),
    input,
  );
  return { parameter, input, label };
}

function bodyField(json) {
  const input = element('textarea', { name: 'body', spellcheck: 'false', autocapitalize: 'none' });
  input.value = json.example ?? '{}';
  return { input, label: element('label', {}, element('code', {}, words.body), input) };
}

function requestOf(method, path, fields, body) {
  let address = path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { parameter, input } of fields) {
    const value = input.value;
    if (parameter.in === 'path') {
      address = address.replace(`{${parameter.name}}`, encodeURIComponent(value));
    } else if (value !== '' && parameter.in === 'query') {
      query.append(parameter.name, value);
    } else if (value !== '') {
      headers[parameter.name] = value;
    }
  }
  if (body) {
    headers['Content-Type'] = 'application/json';
  }
  // To the server, a plus is not a space.
  const asked = query.toString().replaceAll('+', '%20');
  return {
    url: `.${address}${asked === '' ? '' : `?${asked}`}`,
    options: { method: method.toUpperCase(), headers: withKey(headers), body: body?.input.value },
  };
}

async function ask({ url, options }, signal, answer) {
  const response = await fetch(url, { ...options, signal });
  const head = `${response.status} ${response.statusText}\n`;
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await follow(response.body.pipeThrough(new TextDecoderStream()).getReader(), head, answer);
    return;
  }
  const text = await response.text();
  show(answer, head + (type.includes('json') ? indented(text) : text));
}

async function follow(reader, head, answer) {
  let shown = head;
  for (;;) {
    show(answer, shown);
    answer.scrollTop = answer.scrollHeight;
    const { done, value } = await reader.read();
    if (done) {
      return;
    }
    shown = (shown + value).slice(-MOST_SHOWN);
  }
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function show(answer, text) {
  answer.hidden = false;
  answer.textContent = text;
}
