/**
 * Makes an element: `class` is its class and its part, `text` its text, `on…` are handlers; what is no property of it is
 * an attribute. Children that are `null` are left out.
 */
export function make(tag, { class: name, text, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  if (name) {
    element.className = name;
    element.setAttribute('part', name);
  }
  for (const [property, value] of Object.entries(properties)) {
    if (property in element && !property.startsWith('aria')) element[property] = value;
    else if (value !== undefined && value !== null) element.setAttribute(property, value);
  }
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An element for screen readers only. */
export function unseen(text, properties = {}) {
  const element = make('span', { text, ...properties });
  element.className = 'unseen';
  return element;
}

/** A drawing of lines in the colour of the text. It is made here, so that the page's policy has to allow no images. */
export function icon(...paths) {
  const SVG = 'http://www.w3.org/2000/svg';
  const drawing = document.createElementNS(SVG, 'svg');
  for (const [attribute, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon', part: 'icon', 'aria-hidden': 'true' })) {
    drawing.setAttribute(attribute, value);
  }
  for (const d of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    drawing.append(path);
  }
  return drawing;
}

/** A time by the reader's clock, with its date if that is not today. */
export function timeView(time, language) {
  const date = new Date(time);
  const today = date.toDateString() === new Date().toDateString();
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  return make('time', {
    dateTime: date.toISOString(),
    title: date.toLocaleString(language, { dateStyle: 'full', timeStyle: 'medium' }),
    text: date.toLocaleString(language, today ? clock : { day: 'numeric', month: 'short', ...clock }),
  });
}

/** A style sheet of these rules. */
export function sheet(rules) {
  const style = new CSSStyleSheet();
  style.replaceSync(rules);
  return style;
}
