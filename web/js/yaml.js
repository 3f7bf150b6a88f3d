/**
 * Reads the part of YAML in which the description of the API is written: maps, lists, and texts,
 * numbers and truths that stand in one line. Whatever else there is in YAML is not in it; a test
 * holds it to that.
 *
 * @param {string} text
 * @returns {unknown}
 */
export function parseYaml(text) {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
    .map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }));
  return block(lines, { at: 0 }, 0);
}

function block(lines, place, indent) {
  return lines[place.at].text.startsWith('- ')
    ? list(lines, place, indent)
    : map(lines, place, indent, {});
}

function list(lines, place, indent) {
  const items = [];
  while (place.at < lines.length && lines[place.at].indent === indent && lines[place.at].text.startsWith('- ')) {
    const line = lines[place.at];
    const rest = line.text.slice(2);
    if (isEntry(rest)) {
      // What stands behind the dash is the first line of a map that is two deeper.
      lines[place.at] = { indent: indent + 2, text: rest };
      items.push(map(lines, place, indent + 2, {}));
    } else {
      place.at++;
      items.push(scalar(rest));
    }
  }
  return items;
}

function map(lines, place, indent, into) {
  while (place.at < lines.length && lines[place.at].indent === indent && !lines[place.at].text.startsWith('- ')) {
    const { text } = lines[place.at++];
    const [, name, value] = /^('[^']*'|[^:]+):(?: (.*))?$/.exec(text);
    const next = lines[place.at];
    into[unquoted(name)] =
      value === undefined
        ? next !== undefined && next.indent > indent
          ? block(lines, place, next.indent)
          : null
        : scalar(value);
  }
  return into;
}

function isEntry(text) {
  return /^('[^']*'|[^\s'[\]]+):( |$)/.test(text);
}

function scalar(text) {
  if (text.startsWith('[')) {
    return text.slice(1, -1).split(',').map((part) => scalar(part.trim()));
  }
  if (text === 'true' || text === 'false') {
    return text === 'true';
  }
  return /^-?\d+$/.test(text) ? Number(text) : unquoted(text);
}

function unquoted(text) {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}
