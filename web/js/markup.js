import { Mentionable } from './mentions.js';

/**
 * The small markup of messages, as DOM nodes. Text only ever becomes text: nothing here reads HTML.
 *
 * `*bold*`, `**bold**`, `_italic_`, `` `code` ``, blocks between lines of three backticks, lines that begin with
 * `> `, links (`http:`, `https:`, `mailto:`), and `@mentions`. Everything else, and whatever is not closed on its
 * line, stays as it was typed: `snake_case`, `2*3*4`, `*.java`. Takes time linear in the text.
 */

/** How many elements a text makes at most; the rest of it stays plain. */
const MOST_ELEMENTS = 1_000;

/** A longer address stays plain. */
const LONGEST_LINK = 2_048;

const FENCE = '```';
const LANGUAGE = /^[\w+#.-]{0,30}$/;
const LETTER = /[\p{L}\p{N}]/u;

/** What an inline piece may begin with: a marker, a link, a mention. */
const BEGIN = /`+|\*+|_+|@|https?:\/\/|mailto:/giu;
const ADDRESS = /[^\s<>"`“”«»]+/uy;
const NAME = /[\p{L}\p{N}](?:[\p{L}\p{N}_.:+|~-]{0,126}[\p{L}\p{N}_])?/uy;

/** Not part of an address at its end, but of the sentence around it. */
const PUNCTUATION = /[.,;:!?'’*_…|~]/u;
const BRACKETS = { ')': '(', ']': '[', '}': '{' };

const EMPHASIS = { '*': 'strong', '**': 'strong', _: 'em' };

/**
 * The nodes for a text.
 *
 * @param {string} text
 * @param {object} [options]
 * @param {readonly {client: string, name?: string}[]} [options.mentions] people, whose names may have
 *     spaces; other `@words` are marked too
 * @param {string} [options.me] the client that reads: its mentions get the class `me`
 * @returns {Node[]}
 */
export function renderMarkup(text, { mentions = [], me } = {}) {
  return new Markup(mentions, me).blocks(text.replace(/\r\n?/g, '\n').split('\n'));
}

/** The text as it reads when its markup is rendered, for a place that shows one line of it. */
export function plainText(text) {
  return renderMarkup(text)
    .map(({ nodeName, textContent }) => (nodeName === 'PRE' || nodeName === 'BLOCKQUOTE' ? ` ${textContent} ` : textContent))
    .join('')
    .trim();
}

class Markup {
  #mentions;
  /** Made from them at the first `@`. */
  #people;
  #me;
  #elements = 0;

  constructor(mentions, me) {
    this.#me = me;
    this.#mentions = mentions;
  }

  blocks(lines) {
    const nodes = [];
    let plain = [];
    let unclosed = false;
    const flush = () => {
      if (plain.length > 0) nodes.push(...this.#lines(plain));
      plain = [];
    };
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (!unclosed && opensBlock(line) && this.#room()) {
        let end = i + 1;
        while (end < lines.length && !lines[end].trimEnd().endsWith(FENCE)) end++;
        if (end < lines.length) {
          flush();
          nodes.push(this.#code(lines.slice(i, end + 1)));
          i = end;
          continue;
        }
        // Nor is a later one closed.
        unclosed = true;
      }
      if (isQuote(line) && this.#room()) {
        const quoted = [];
        for (; i < lines.length && isQuote(lines[i]); i++) quoted.push(lines[i].slice(2));
        i--;
        flush();
        nodes.push(this.#element('blockquote', this.#lines(quoted)));
      } else {
        plain.push(line);
      }
    }
    flush();
    return nodes;
  }

  /** A block of code, given with the lines that hold its fences. */
  #code(lines) {
    const first = lines[0].slice(FENCE.length);
    const last = lines.at(-1).trimEnd().slice(0, -FENCE.length);
    const language = LANGUAGE.test(first) ? first : null;
    const content = lines.slice(1, -1);
    if (language === null) content.unshift(first);
    if (last !== '') content.push(last);
    const code = this.#element('code', [content.join('\n')]);
    if (language) code.dataset.language = language;
    return this.#element('pre', [code]);
  }

  /** The nodes for lines without blocks. */
  #lines(lines) {
    const pieces = [];
    lines.forEach((line, i) => {
      if (i > 0) pieces.push('\n');
      this.#inline(line, pieces);
    });
    return build(pieces);
  }

  /** Appends the pieces of a line: texts, nodes, and `{begin}` and `{end}` of emphasis. */
  #inline(line, pieces) {
    const emphasis = new OpenEmphasis(pieces);
    const closers = new Map();
    let done = 0;
    BEGIN.lastIndex = 0;
    for (let found; (found = BEGIN.exec(line)) && this.#room();) {
      const { index, 0: marker } = found;
      const end = index + marker.length;
      const taken = this.#piece(line, index, marker, closers);
      const text = EMPHASIS[marker];
      if (!taken && !text) continue;
      if (index > done) pieces.push(line.slice(done, index));
      if (taken) pieces.push(taken.piece);
      else if (emphasis.meets(marker, line, index)) this.#elements++;
      done = taken ? taken.end : end;
      BEGIN.lastIndex = done;
    }
    if (done < line.length) pieces.push(line.slice(done));
  }

  /** The code, the link or the mention at this place of a line, with its end; or nothing. */
  #piece(line, index, marker, closers) {
    if (marker[0] === '`') return this.#span(line, index, marker, closers);
    if (LETTER.test(characterBefore(line, index))) return null;
    if (marker === '@') return this.#mention(line, index);
    return LETTER.test(marker[0]) ? this.#link(line, index) : null;
  }

  #span(line, index, marker, closers) {
    if (marker.length > FENCE.length || index >= (closers.get(marker) ?? Infinity)) return null;
    const begin = index + marker.length;
    const end = runOf(line, marker, begin);
    if (end < 0) {
      // Nor is there one further on.
      closers.set(marker, index);
      return null;
    }
    return { piece: this.#element('code', [line.slice(begin, end)]), end: end + marker.length };
  }

  #link(line, index) {
    ADDRESS.lastIndex = index;
    const [whole] = ADDRESS.exec(line);
    const address = whole.length > LONGEST_LINK ? '' : withoutPunctuation(whole);
    // What is not a link is passed over as a whole.
    if (!isLink(address)) return { piece: whole, end: index + whole.length };
    const link = this.#element('a', [address]);
    link.setAttribute('href', address);
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
    return { piece: link, end: index + address.length };
  }

  #mention(line, index) {
    if ('@/.-_'.includes(line[index - 1] ?? ' ')) return null;
    this.#people ??= new Mentionable(this.#mentions);
    const known = this.#people.at(line, index);
    NAME.lastIndex = index + 1;
    const name = known?.called ?? NAME.exec(line)?.[0];
    if (!name) return null;
    const mention = this.#element('span', [`@${name}`]);
    mention.className = (known?.client ?? name) === this.#me ? 'mention me' : 'mention';
    if (known) mention.dataset.client = known.client;
    return { piece: mention, end: index + 1 + name.length };
  }

  #room() {
    return this.#elements < MOST_ELEMENTS;
  }

  #element(name, children) {
    this.#elements++;
    const element = document.createElement(name);
    element.append(...children);
    return element;
  }
}

/**
 * The emphasis that was begun on a line and not ended. There is at most one of each kind: a later beginning takes
 * the place of an earlier one, and what was begun inside of what ends stays plain.
 */
class OpenEmphasis {
  #pieces;
  /** By marker: the index of its piece. */
  #open = new Map();

  constructor(pieces) {
    this.#pieces = pieces;
  }

  /** Takes a marker; whether it ended an emphasis. */
  meets(marker, line, index) {
    const before = characterBefore(line, index);
    const after = characterAt(line, index + marker.length);
    const begun = this.#open.get(marker);
    if (begun !== undefined && mayEnd(before, after)) {
      for (const [other, at] of this.#open) if (at >= begun) this.#open.delete(other);
      this.#pieces[begun] = { begin: EMPHASIS[marker] };
      this.#pieces.push({ end: true });
      return true;
    }
    if (mayBegin(before, after)) this.#open.set(marker, this.#pieces.length);
    this.#pieces.push(marker);
    return false;
  }
}

function mayBegin(before, after) {
  return !/[\p{L}\p{N}/\\.=:#&%$@]/u.test(before) && !/^$|[\s.,;:!?/\\=)\]}>]/u.test(after);
}

function mayEnd(before, after) {
  return !/[\s([{<]/u.test(before) && !/[\p{L}\p{N}/\\=#&%$@]/u.test(after);
}

/** The nodes for pieces: texts that stand beside each other become one. */
function build(pieces) {
  const containers = [[]];
  let text = [];
  const flush = () => {
    if (text.length > 0) containers.at(-1).push(document.createTextNode(text.join('')));
    text = [];
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text.push(piece);
      continue;
    }
    flush();
    if (piece.begin) {
      containers.push(Object.assign([], { element: piece.begin }));
    } else if (piece.end) {
      const children = containers.pop();
      const element = document.createElement(children.element);
      element.append(...children);
      containers.at(-1).push(element);
    } else {
      containers.at(-1).push(piece);
    }
  }
  flush();
  return containers[0];
}

/** Whether a line may begin a block of code: the fence is not closed on the line itself. */
function opensBlock(line) {
  return line.startsWith(FENCE) && !line.includes('`', FENCE.length);
}

function isQuote(line) {
  return line === '>' || line.startsWith('> ');
}

/** Where the next run of exactly these backticks is; -1 if there is none. */
function runOf(line, marker, from) {
  for (let at = line.indexOf(marker, from); at >= 0; at = line.indexOf(marker, at)) {
    let end = at + marker.length;
    while (line[end] === '`') end++;
    if (end - at === marker.length && at > from) return at;
    at = end;
  }
  return -1;
}

/** An address without what belongs to the sentence around it: a full stop, a bracket that it did not open. */
function withoutPunctuation(address) {
  const balance = { ')': 0, ']': 0, '}': 0 };
  for (const sign of address) {
    for (const close of Object.keys(BRACKETS)) {
      if (sign === close) balance[close]--;
      if (sign === BRACKETS[close]) balance[close]++;
    }
  }
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1];
    if (last in balance && balance[last] < 0) balance[last]++;
    else if (!PUNCTUATION.test(last)) break;
  }
  return address.slice(0, end);
}

function isLink(address) {
  try {
    const { protocol, hostname, pathname } = new URL(address);
    return protocol === 'mailto:' ? pathname.includes('@') : /^https?:$/.test(protocol) && hostname !== '';
  } catch {
    return false;
  }
}

/** The character that ends before this index, also one of two units; empty at the beginning. */
function characterBefore(text, index) {
  const half = /[\uDC00-\uDFFF]/.test(text[index - 1] ?? '');
  return text.slice(Math.max(0, index - (half ? 2 : 1)), index);
}

function characterAt(text, index) {
  return index < text.length ? String.fromCodePoint(text.codePointAt(index)) : '';
}
