import { Tertulia } from '../tertulia.js';
import { Bell } from './bell.js';
import { Conversation } from './conversation.js';
import { Drafts } from './drafts.js';
import { Drawer } from './drawer.js';
import { takeIdentity } from './identity.js';
import { nextFrame } from './light-element.js';
import { Rooms } from './rooms.js';
import { Route } from './route.js';
import { askServer, keep, signIn, signOut } from './sign-in.js';
import { SystemNotifications } from './system-notifications.js';
import { chooseTheme } from './theme.js';
import { countInTitle } from './unread-title.js';
import { Updates } from './updates.js';
import { language, saveLanguage, words } from './words.js';
import './bell-button.js';
import './bell-panel.js';
import './composer.js';
import './message-list.js';
import './room-head.js';
import './rooms-panel.js';
import './settings-menu.js';
import { WANTS_TOKEN } from './state-bar.js';
import './toasts.js';
import './typing-line.js';
import './who-am-i.js';

/**
 * The entry point of the page: makes the client, the models and the elements, and connects them to each other. The
 * elements know their model only; what leads from one to another is here.
 */

const place = (id) => document.querySelector(`#${id}`);
const make = (name, properties) => Object.assign(document.createElement(name), properties);

document.documentElement.lang = language;
document.title = words.heading;
document.querySelector('h1').textContent = words.heading;
place('menu').setAttribute('aria-label', words.menu);

// The models.

const identity = await takeIdentity();
const { token, store } = identity;
const tertulia = new Tertulia(new URL('.', location.href).href, {
  ...(identity.guest ? { token: null, transport: 'websocket' } : token === null ? { client: identity.client } : { token }),
  name: identity.name,
  store,
  resume: !identity.guest,
});
const route = new Route();
const bell = new Bell(tertulia);
const rooms = new Rooms(tertulia, identity.storage);
const system = new SystemNotifications(bell);

// The column.

const bellButton = make('notification-bell', { bell });
const roomsPanel = make('rooms-panel', { rooms, route });
const who = make('who-am-i', { identity, state: tertulia.state });
place('bell-place').replaceChildren(bellButton);
place('drawer').replaceChildren(roomsPanel, who);
const drawer = new Drawer(place('drawer'), place('menu'), [document.querySelector('main'), document.querySelector('.bar')]);

// The conversation.

const stateBar = make('state-bar', { state: tertulia.state, guest: identity.guest });
const composer = make('message-composer', { tertulia, drafts: new Drafts(identity.storage) });
/** What changes with the room: `{name, conversation, head, list}`. */
let current = null;

// What lies over the page.

const panel = make('notification-panel', { bell, system });
const toasts = make('notification-toasts', { bell });
const settings = make('settings-menu', { identity });
const jump = make('room-jump', { rooms });
document.body.append(panel, settings, jump);

/** Shows the dialog that leads to a room. It is loaded when it is first wanted; where it can't be, nothing is shown. */
const jumpTo = (options) => import('./room-jump.js').then(() => jump.show(options), () => {});

/** Tells an element that its model has changed: at most once in a frame. */
function follow(model, tell) {
  let due = false;
  const told = async () => {
    if (due) return;
    due = true;
    await nextFrame();
    due = false;
    tell(model.version);
  };
  model.addEventListener('change', told);
  tell(model.version);
}

follow(bell, (version) => {
  bellButton.version = version;
  panel.version = version;
});
follow(rooms, (version) => (roomsPanel.version = version));
countInTitle([bell, rooms], words.heading);

// The room.

function enter() {
  const { room: name, offset, wrong } = route;
  stateBar.wrongRoom = wrong;
  if (current?.name !== name) show(name);
  if (offset !== null) current.conversation.goTo(offset);
}

function show(name) {
  current?.conversation.close();
  const conversation = new Conversation(tertulia, rooms.open(name), bell);
  const head = make('room-head', { name, conversation, identity, state: tertulia.state });
  const list = make('message-list', { conversation });
  const typing = make('typing-line', { conversation });
  current = { name, conversation, head, list };
  composer.conversation = conversation;
  head.addEventListener('leave-room', ({ detail }) => leave(detail.name));
  list.addEventListener('reply', ({ detail }) => (composer.replyTo = detail.entry));
  list.addEventListener('edit', ({ detail }) => (composer.editing = detail.entry));
  document.querySelector('main').replaceChildren(head, stateBar, list, typing, composer, toasts);
  follow(conversation, (version) => {
    if (current.conversation !== conversation) return;
    head.version = version;
    list.version = version;
    typing.version = version;
    composer.members = conversation.members;
    tellState();
  });
  const read = () => rooms.read(name, conversation.readUpTo);
  conversation.addEventListener('read', read);
  read();
  // A touch keyboard comes when it is asked for.
  if (!matchMedia('(pointer: coarse)').matches) composer.updateComplete.then(() => composer.focusField());
}

function leave(name) {
  rooms.leave(name);
  if (name === route.room) route.go(rooms.list[0].name);
}

route.addEventListener('change', () => {
  drawer.close();
  enter();
});
roomsPanel.addEventListener('open-room', () => drawer.close());
roomsPanel.addEventListener('new-room', () => jumpTo({ wantsNew: true }));
jump.addEventListener('open-room', ({ detail }) => route.go(detail.name));
addEventListener('keydown', (event) => {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (key.toLowerCase() !== 'k' || altKey || shiftKey || ctrlKey === metaKey) return;
  event.preventDefault();
  jumpTo();
});

// The notifications.

bellButton.addEventListener('toggle', () => panel.toggle());
panel.addEventListener('toggle', () => (bellButton.open = panel.open));
system.addEventListener('open', ({ detail }) => panel.show(detail?.id));

// The connection.

function tellState(change = {}) {
  const { outgoing, state } = tertulia;
  Object.assign(stateBar, change, {
    outgoing: outgoing.length,
    incomplete: current.conversation.incomplete,
    refused: rooms.list.find(({ current }) => current)?.refused ?? null,
  });
  who.state = state;
  current.head.state = state;
}

tertulia.on('state', ({ state, why, retryAt }) => {
  tellState({ state, why, retryAt });
  if (state === 'stopped' && WANTS_TOKEN.includes(why)) offerSignIn();
});

/**
 * If somebody else has signed in meanwhile in another tab, this one is theirs now. Where the server lets guests in, this
 * is one, unless it has a token.
 */
async function offerSignIn() {
  const found = await askServer();
  const other = found?.client && found.client !== identity.client;
  const guest = Boolean(found?.anonymous);
  if (other) keep(found);
  if (found && !other && identity.guest !== guest && token === null) identity.changeGuest(guest);
  if (other || (guest && !identity.guest && token === null && identity.session === null)) location.reload();
  stateBar.provider = found?.provider ?? null;
}

stateBar.addEventListener('sign-in', signIn);
stateBar.addEventListener('ways-in', async () => (stateBar.provider = (await askServer())?.provider ?? null));
tertulia.on('durable', (durable) => tellState({ durable }));
tertulia.on('error', ({ error, where }) => {
  // That of the store is told by `durable`.
  if (where !== 'store') console.error(`tertulia: ${where}:`, error);
});
tertulia.on('welcome', ({ client }) => identity.isNow(client));
rooms.addEventListener('refused', () => tellState());
stateBar.addEventListener('retry', () => tertulia.connect());
stateBar.addEventListener('reload', () => current.conversation.toEnd());
stateBar.addEventListener('token', ({ detail }) => {
  identity.changeToken(detail.token);
  location.reload();
});

// New versions of the page.

const updates = new Updates();
updates.addEventListener('waiting', () => (stateBar.newVersion = true));
stateBar.addEventListener('update', () => updates.apply());

// What would be lost with the page.
addEventListener('beforeunload', (event) => {
  if (stateBar.durable === false && tertulia.outgoing.length > 0) event.preventDefault();
});

// The settings.

who.addEventListener('settings', () => {
  drawer.close();
  settings.show();
});
identity.addEventListener('change', () => {
  tertulia.name = identity.name;
  current.head.requestUpdate();
});
settings.addEventListener('rename', ({ detail }) => identity.rename(detail.name));
settings.addEventListener('theme', ({ detail }) => chooseTheme(detail.theme));
settings.addEventListener('mode', ({ detail }) => {
  identity.changeMode(detail.mode);
  location.reload();
});
settings.addEventListener('language', ({ detail }) => {
  saveLanguage(detail.language);
  location.reload();
});
settings.addEventListener('sign-out', async () => {
  await signOut();
  location.reload();
});
settings.addEventListener('forget-token', () => {
  identity.changeToken(null);
  location.reload();
});

enter();
updates.start();
