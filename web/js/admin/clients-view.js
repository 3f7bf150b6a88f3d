import { formatTime } from './figures.js';
import { SearchView } from './search-view.js';
import { words } from './words.js';

/** Finds clients by how their ids begin. */
class ClientsView extends SearchView {
  kind = 'clients';
  label = words.clientBegins;

  summary(count, more) {
    return words.foundClients(count, more);
  }

  name({ client }) {
    return client;
  }

  note(client) {
    return stateOf(client);
  }
}

/** Whether a client is here, or when it was. */
export function stateOf({ connections, last_seen: last }) {
  if (connections > 0) return words.connected(connections);
  return last ? words.lastSeen(formatTime(last)) : words.neverSeen;
}

customElements.define('clients-view', ClientsView);
