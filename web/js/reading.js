/**
 * How far one room was read here, and where reading stopped.
 *
 * `line` is an offset: what others wrote after it is new. It stays while the reader reads on, so that the place can
 * be found, and goes when they write something themselves.
 */
export class Reading {
  /** The offset after which all is new, or `null` if nothing is. */
  line = null;

  /** The offset up to which all was read. */
  mark = 0;

  #room;

  constructor(room) {
    this.#room = room;
  }

  /** What the server remembers of an earlier time: nothing for a client that was never here. */
  began({ read = 0, unread = 0 } = {}) {
    this.mark = read;
    if (unread > 0) this.line = read;
  }

  /** The reader has seen everything up to this message. */
  saw(offset) {
    if (!(offset > this.mark)) return;
    this.mark = offset;
    this.#room.read(offset);
  }

  /** Somebody wrote while nobody was reading; `before` is the offset of the message before it. */
  missed(before) {
    if (this.mark > 0 && this.mark >= before) this.line = this.mark;
  }

  /** The reader has written, so they are at the end. */
  answered() {
    this.line = null;
  }
}
