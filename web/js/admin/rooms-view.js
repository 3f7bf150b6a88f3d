import { SearchView } from './search-view.js';
import { words } from './words.js';

/** Finds rooms by how their names begin. Rooms that store nothing are in no list. */
class RoomsView extends SearchView {
  kind = 'rooms';
  label = words.roomBegins;

  summary(count, more) {
    return words.foundRooms(count, more);
  }

  name({ room }) {
    return room;
  }

  note({ head, members, present }) {
    return words.roomNote(present, members, head);
  }
}

customElements.define('rooms-view', RoomsView);
