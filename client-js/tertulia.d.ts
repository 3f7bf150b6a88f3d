/** Types of the Tertulia client. The frames are those of docs/protocol.md; times are Unix milliseconds. */

/** A position in a log. Opaque: compare it for equality only, and give it back as it came. */
export type Position = string;

/** The codes of the server, and those of the client: `closed`, `aborted`, `queue_full`, `stopped`, `cut`. */
export type ErrorCode =
  | 'invalid' | 'unknown_type' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'too_large'
  | 'rate_limited' | 'unavailable' | 'internal'
  | 'closed' | 'aborted' | 'queue_full' | 'stopped' | 'cut';

/** Why a promise was rejected. `message` is for people, in the server's language where the server said it. */
export class TertuliaError extends Error {
  readonly code: ErrorCode;
  /** Whether the request certainly had no effect and may be made again. */
  readonly retry: boolean;
}

export interface Reply {
  room: string;
  /** Where it stands in the room; absent in rooms that keep nothing. */
  offset?: number;
  pos?: Position;
  id: string;
  time: number;
}

interface EntryBase {
  room: string;
  offset?: number;
  pos?: Position;
  client: string;
  time: number;
}

export interface ChatEntry extends EntryBase {
  type: 'chat';
  id?: string;
  sender?: string;
  message?: string;
  reply_to?: number;
  data?: unknown;
  deleted?: boolean;
  /** A message of the server about the room, such as a departure; never stored. */
  system?: boolean;
  unreadable?: boolean;
}
export interface EditedEntry extends EntryBase { type: 'edited'; target: number; message?: string; deleted?: boolean }
export interface DeletedEntry extends EntryBase { type: 'deleted'; target: number }
export interface ReactionEntry extends EntryBase { type: 'reaction'; target: number; emoji: string; removed: boolean }
export type Entry = ChatEntry | EditedEntry | DeletedEntry | ReactionEntry;

export interface Reaction { emoji: string; count: number; mine: boolean }

/** A message as it is now, with its amendments applied. */
export interface Message extends ChatEntry {
  edited?: number;
  reactions?: Reaction[];
}

export interface HistoryPage {
  room: string;
  /** Oldest first. */
  messages: Message[];
  more: boolean;
  /** The position as of which the messages are so, and its offset. */
  pos?: Position;
  offset?: number;
}

export interface Member { client: string; name?: string }

export type State = 'connecting' | 'online' | 'offline' | 'stopped';
export interface StateChange {
  state: State;
  /** Of `offline` and `stopped`: a code of closing in words (`slow_consumer`, `unauthorized`, …), `lost`, `closed`, or the code of an error. */
  why?: string;
  /** Of `offline`: when the next attempt begins. */
  retryAt?: number;
  /** How frames travel: `websocket` or `http`. */
  via?: 'websocket' | 'http';
}

export interface Notification {
  type: 'notification';
  id: string;
  pos?: Position;
  scope: 'personal' | 'broadcast';
  from: string;
  message: string;
  title?: string;
  data?: unknown;
  category?: string;
  urgency: 'low' | 'normal' | 'high';
  time: number;
  read: boolean;
  unreadable?: boolean;
}

export interface NotifyOptions {
  title?: string;
  data?: unknown;
  category?: string;
  urgency?: 'low' | 'normal' | 'high';
  /** Makes it safe to repeat; drawn if left out. */
  id?: string;
  signal?: AbortSignal;
}

export interface SendOptions {
  sender?: string;
  reply_to?: number;
  data?: unknown;
  id?: string;
  signal?: AbortSignal;
}

export interface Waiting { signal?: AbortSignal }

/** Where the queue and the positions are kept. All methods may return promises; what they throw is reported once, and does not stop the client. */
export interface Store {
  get(key: string): Promise<string | null> | string | null;
  set(key: string, value: string): Promise<void> | void;
  delete(key: string): Promise<void> | void;
  /** The keys that begin with `prefix`, in any order. */
  keys(prefix: string): Promise<string[]> | string[];
}
/** Lasts as long as the page or process. The default. */
export function memoryStore(): Store;
/** `localStorage` (or the storage given). Touches it only when used; throws at the first use where it is denied. */
export function localStore(storage?: () => Storage): Store;
/** IndexedDB, for queues beyond the few megabytes of `localStorage`. */
export function indexedStore(name?: string): Store;

/** What waits to be confirmed. */
export interface Outgoing {
  /** The `id` with which it is sent, at every attempt. */
  id: string;
  /** The request as it goes out, with `type`. */
  frame: Readonly<Record<string, unknown>>;
  /** When it was given to the client. */
  time: number;
  state: 'waiting' | 'sending';
}

/** A message that was refused, and will not be sent again by itself. */
export interface Failed extends Omit<Outgoing, 'state'> { error: TertuliaError }

export interface Options {
  /** The id of this client, where the server is open. */
  client?: string;
  /**
   * The token; the function is asked again whenever one has ended or is about to. `null` for none, where the server lets
   * clients in without one: each connection is then a new client, over WebSocket only.
   */
  token?: string | null | ((why: 'first' | 'expired' | 'renew') => string | Promise<string>);
  /** The name to show as `sender`; may be changed later by `tertulia.name`. */
  name?: string;
  /** Names this device, so that the inbox knows what it has. Drawn and kept in the store if left out; `null` for none. */
  device?: string | null;
  store?: Store;
  /** Whether positions are kept in the store, so that the next start resumes. Default: false. */
  resume?: boolean;
  /** Whether to receive the inbox. Default: true. */
  inbox?: boolean;
  /** How many requests may wait at most. Default: 1,000. */
  queueLimit?: number;
  /** The constructor of WebSockets. Default: the global one. */
  WebSocket?: unknown;
  /** `auto` (default), `websocket` or `http`. */
  transport?: 'auto' | 'websocket' | 'http';
}

type Handlers<E> = { [K in keyof E]: (value: E[K]) => void };
interface Events<E> {
  /** Calls `handler` for every event until the returned function is called, or `signal` aborts. */
  on<K extends keyof E>(event: K, handler: Handlers<E>[K], options?: Waiting): () => void;
}

export interface RoomEvents {
  /** Every entry once and in order, or a `gap` before it. */
  entry: Entry;
  /** Entries may be missing or have changed: what comes next begins anew with the newest messages. */
  gap: { room: string };
  /** The room was entered, or resumed: `first` if there was no position. `count`: clients in it now. */
  joined: { room: string; recovered: boolean; first: boolean; after?: Position; count: number };
  /** The room cannot be entered, or was left by force. */
  refused: TertuliaError;
  typing: { room: string; client: string; sender?: string };
  read: { room: string; client: string; offset: number };
  presence: { room: string; event: 'joined' | 'left'; client: string; name?: string; count: number };
  /** What waits to be confirmed in this room, or what failed, has changed. */
  outgoing: readonly Outgoing[];
  /** A request of `outgoing` took effect: also one that an earlier page left in the store. Its entry may come later. */
  sent: { outgoing: Omit<Outgoing, 'state'>; reply: Reply };
}

export interface Room extends Events<RoomEvents> {
  readonly name: string;
  /** What waits to be confirmed in this room, in its order. */
  readonly outgoing: readonly Outgoing[];
  /**
   * Messages that were refused or could not be queued, until `discard`: the newest 100 of all rooms, also those that an
   * earlier page left in the store. Their promise, if they have one, was rejected.
   */
  readonly failed: readonly Failed[];
  /** The id of the client that speaks here, once it is known. */
  readonly client: string | null;
  /** Whether it is in the room now: entries come. */
  readonly joined: boolean;
  /** The position of the last entry that was delivered. */
  readonly position: Position | null;
  entries(options?: Waiting): AsyncIterableIterator<Entry>;
  send(message: string, options?: SendOptions): Promise<Reply>;
  edit(target: number, message: string, options?: { id?: string } & Waiting): Promise<Reply>;
  delete(target: number, options?: { id?: string } & Waiting): Promise<Reply>;
  react(target: number, emoji: string, options?: { remove?: boolean; id?: string } & Waiting): Promise<Reply>;
  /** Forgets a message that has failed. */
  discard(id: string): void;
  /** At most once in three seconds, and only while online. */
  typing(): void;
  /** Everything up to there was read. Only the highest is sent, when it can be. */
  read(offset: number): void;
  history(options?: { before?: number; after?: number; limit?: number } & Waiting): Promise<HistoryPage>;
  /** Who is here; from then on `presence` events follow. */
  presence(options?: Waiting): Promise<{ members: Member[]; count: number }>;
  /** Leaves, and stays away. What waits to be sent is still sent. */
  leave(): Promise<void>;
}

export interface InboxEvents {
  notification: Notification;
  read: { ids?: string[]; up_to?: string; unread: number };
  revoked: { id: string; unread: number };
  gap: Record<string, never>;
  /** The number of unread notifications, whenever it changes. */
  unread: number;
}

export interface Inbox extends Events<InboxEvents> {
  readonly unread: number;
  notifications(options?: Waiting): AsyncIterableIterator<Notification>;
  page(options?: { before?: string; after?: string; limit?: number; unread_only?: boolean } & Waiting):
    Promise<{ notifications: Notification[]; unread: number; more: boolean }>;
  read(what: { ids: string[] } | { up_to: string }, options?: Waiting): Promise<{ unread: number }>;
  /** A person has seen it. `ack` is by itself, after the handlers. */
  shown(id: string): void;
  revoke(id: string, options?: Waiting): Promise<void>;
}

export interface RoomSummary { room: string; head: number; read: number; unread: number }

export interface TertuliaEvents {
  state: StateChange;
  /** What has no promise of its own: a handler that threw, a store that fails, an error of the server without request. */
  error: { error: unknown; where: string };
  /** The queue survives a closed tab, or no longer does (`storage denied or full`). */
  durable: boolean;
  welcome: Record<string, unknown>;
}

export class Tertulia implements Events<TertuliaEvents> {
  constructor(address: string | URL, options: Options);
  readonly client: string | null;
  readonly device: string | null;
  name: string | null;
  readonly state: State;
  readonly why: string | undefined;
  readonly inbox: Inbox;
  on<K extends keyof TertuliaEvents>(event: K, handler: (value: TertuliaEvents[K]) => void, options?: Waiting): () => void;
  /** The room with this name; it is joined from the first call on, until `leave`. */
  room(name: string, options?: { /** how many messages a first join brings; 50, and no more over HTTP */ limit?: number }): Room;
  notify(to: string | null, message: string, options?: NotifyOptions): Promise<{ id: string; time: number }>;
  broadcast(message: string, options?: NotifyOptions): Promise<{ id: string; time: number }>;
  rooms(options?: Waiting): Promise<RoomSummary[]>;
  /** What waits to be confirmed, rooms' and others'. */
  readonly outgoing: readonly Outgoing[];
  /** Connects now, without waiting for the backoff; also after `stopped`. */
  connect(): void;
  /** Ends the connection and rejects what waits (`closed`); what is in a durable store stays there. */
  close(): Promise<void>;
}

export const version: string;
