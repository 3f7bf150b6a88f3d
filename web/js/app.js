import { Connection } from './connection.js';
import { Conversation } from './conversation.js';
import { loadName, saveName, takeClientId } from './identity.js';
import { countInTitle } from './unseen-title.js';
import { language, words } from './words.js';
import './chat-room.js';
import './who-am-i.js';

/** The entry point of the page: builds all parts, connects them to each other, and opens the connection. */

document.documentElement.lang = language;
document.title = words.heading;
document.querySelector('h1').textContent = words.heading;
document.querySelector('#base-link').textContent = words.baseLink;

const clientId = await takeClientId();
const identity = {
  clientId,
  name: loadName(),
  rename(name) {
    this.name = name;
    saveName(name);
  },
};

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const connection = new Connection(`${scheme}//${location.host}/ws/${encodeURIComponent(clientId)}`);
const conversation = new Conversation(connection, clientId);

const who = document.createElement('who-am-i');
Object.assign(who, { identity, phase: connection.phase });
connection.addEventListener('phase', () => (who.phase = connection.phase));
document.querySelector('#who').replaceChildren(who);

const room = document.createElement('chat-room');
Object.assign(room, { identity, connection, conversation });
document.querySelector('main').replaceChildren(room);

countInTitle(conversation, words.heading);

/* Back at once when the network or the tab is back. */
addEventListener('online', () => connection.nudge());
addEventListener('focus', () => connection.nudge());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) connection.nudge();
});

/* A page that is left says so at once; one that the browser kept comes back. */
addEventListener('pagehide', () => connection.suspend());
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) connection.reconnect();
});

/* What still waits to be sent would be lost with the page. */
addEventListener('beforeunload', (event) => {
  if (conversation.queued > 0) event.preventDefault();
});

connection.reconnect();
