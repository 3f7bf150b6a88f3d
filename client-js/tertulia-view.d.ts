/** Types of the view of a room. It is made with the client, and imports nothing of it at run time. */
import type { Message, Room, TertuliaError, Waiting } from './tertulia.js';

/** One message in a view. It is replaced when it changes, never altered. */
export interface ViewMessage extends Message {
  /** Its own for ever: survives the confirmation, a `retry` and a reload. */
  key: string;
  own: boolean;
  /** `stored`, or the state of an own message that is not. */
  state: 'stored' | 'waiting' | 'sending' | 'failed';
  /** Whether an own edit, deletion or reaction that is not confirmed is applied to it. */
  changing?: boolean;
  /** Why it failed. */
  error?: TertuliaError;
  /** Other clients whose `read` reaches this message, but no later one in view. */
  readers?: string[];
}

export interface ViewOptions {
  /** Who looks. Default: the client of the room. */
  client?: string;
  /** How many stored messages it holds at most, at least two pages. Default: 300. */
  size?: number;
  /** How many messages are loaded at once, 200 at most. Default: 50. */
  page?: number;
}

/**
 * The messages of a room as they are now: edits, deletions, reactions, receipts and own pending messages applied.
 * It follows the end of the room, until older messages are loaded that leave no place for the newest.
 *
 * Messages of the server about the room (`system`) are not among them, because they are never stored: hear `entry`.
 * A room that keeps nothing shows what comes while the view is there.
 *
 * Loads that run at once are done one after the other, and those of one kind are shared. They wait for a connection.
 */
export class RoomView {
  constructor(room: Room, options?: ViewOptions);
  /** Oldest first; own ones that wait or failed stand at the end. The array is replaced at every change. */
  readonly messages: readonly ViewMessage[];
  /** Whether the first messages came, or it is known that there are none. */
  readonly loaded: boolean;
  /** Whether older messages exist, or may exist, that are not in view. */
  readonly older: boolean;
  /** Whether newer messages exist that are not in view. Then those that come are counted by `arrived`, not added. */
  readonly newer: boolean;
  /** How many messages came since the view does not reach the end. */
  readonly arrived: number;
  /** Whether something may be missing since the last `gap`, until the view has loaded its messages again, which it does by itself. */
  readonly incomplete: boolean;
  /** How far each client has read, as far as it was said since the view is there. */
  readonly reads: ReadonlyMap<string, number>;
  /** Calls `handler` after changes: once for all of a microtask turn. */
  on(event: 'change', handler: () => void, options?: Waiting): () => void;
  /** Loads a page before the first message, if there is one. The newest go, if they are too many. */
  loadOlder(options?: Waiting): Promise<void>;
  /** Loads a page after the last message, if there is one. The oldest go, if they are too many. */
  loadNewer(options?: Waiting): Promise<void>;
  /** Shows the messages around this offset, unless it is in view. */
  goTo(offset: number, options?: Waiting): Promise<void>;
  /** Shows the newest messages. In a room that keeps nothing: ends `incomplete`. */
  toEnd(options?: Waiting): Promise<void>;
  /** Sends a failed message again, with its `id`, so that it is stored once; with another one after `conflict`. */
  retry(key: string): void;
  /** Forgets a failed message. */
  discard(key: string): void;
  /** Ends it: nothing changes any more, and its loads are aborted. */
  close(): void;
}
