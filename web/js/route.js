/**
 * The address of the page as a place: a room, and perhaps a message in it.
 *
 * It reads and writes the fragment: `#/salas/NAME` and `#/salas/NAME/OFFSET`, percent-encoded. Anything else is the
 * lobby; where it names a room that cannot exist, `wrong` is that name. The browser's history is its only state, so
 * that the back button, links and bookmarks work. It emits `change` when the place is another one.
 */

/** The room that is always there. */
export const LOBBY = 'lobby';

/** The protocol's bound on the name of a room, in characters. */
export const MAX_ROOM_NAME = 128;

const VALID_ROOM = /^[A-Za-z0-9_\-.:@=+|~]+$/;
const INVALID_CHARACTERS = /[^A-Za-z0-9_\-.:@=+|~]/gu;

const SHAPE = /^#\/salas\/([^/]+)(?:\/(\d{1,15}))?$/;

/** Whether a room may have this name. */
export function isRoomName(name) {
  return name.length <= MAX_ROOM_NAME && VALID_ROOM.test(name);
}

/** The characters of a name that the name of a room cannot have, each once. */
export function invalidCharacters(name) {
  return [...new Set(name.match(INVALID_CHARACTERS))];
}

/** The fragment that leads to a room, or to a message of it. */
export function addressOf(room, offset = null) {
  const place = `#/salas/${encodeURIComponent(room)}`;
  return offset === null ? place : `${place}/${offset}`;
}

/** The place that a fragment names; `wrong` is the name in it that no room can have, or `null`. */
export function placeOf(fragment) {
  const [, encoded, digits] = SHAPE.exec(fragment) ?? [];
  const room = decoded(encoded);
  if (room === null || !isRoomName(room)) return { room: LOBBY, offset: null, wrong: room };
  return { room, offset: digits === undefined ? null : Number(digits), wrong: null };
}

export class Route extends EventTarget {
  #window;
  #place;

  constructor(view = window) {
    super();
    this.#window = view;
    this.#place = placeOf(view.location.hash);
    view.addEventListener('hashchange', () => this.#arrive());
  }

  get room() {
    return this.#place.room;
  }

  /** The message that the address names, or `null`. */
  get offset() {
    return this.#place.offset;
  }

  /** The name in the address that no room can have, or `null`: then the place is the lobby. */
  get wrong() {
    return this.#place.wrong;
  }

  /** Goes there, as a link would: the back button leads back. */
  go(room, offset = null) {
    this.#window.location.hash = addressOf(room, offset);
  }

  #arrive() {
    const place = placeOf(this.#window.location.hash);
    if (place.room === this.room && place.offset === this.offset && place.wrong === this.wrong) return;
    this.#place = place;
    this.dispatchEvent(new Event('change'));
  }
}

function decoded(encoded) {
  if (encoded === undefined) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
