/**
 * Notices a dead connection. Browsers do not show pings of WebSocket, so after `quiet` without a frame this sends a
 * `ping` of its own, and a connection that brings nothing for `answer` after it is dead.
 *
 * Timers of hidden tabs fire once a minute, those of frozen pages after the page has thawed, with what arrived
 * meanwhile still to come. So a timer that fires late never ends a connection that it gave less than its time:
 * it asks again, with `wakeAnswer`; two late ones in a row, with nothing heard since, do.
 *
 * A connection that brings frames, but not the reply that is awaited for `reply`, is of no more use than a dead one.
 */
export class Aliveness {
  #timing;
  #actions;
  #timer;
  #due = 0;
  #heardAt = 0;
  #asked = false;
  #late = 0;

  /**
   * @param timing
   * @param {{ ping: () => void, dead: () => void, awaited: () => number }} actions `awaited`: how long the oldest request has waited for its reply
   */
  constructor(timing, actions) {
    this.#timing = timing;
    this.#actions = actions;
  }

  start() {
    this.heard();
    this.#arm(this.#timing.quiet);
  }

  stop() {
    this.#timing.cancel(this.#timer);
    this.#timer = undefined;
  }

  /** A frame has arrived. */
  heard() {
    this.#heardAt = this.#timing.now();
    this.#asked = false;
    this.#late = 0;
  }

  /** The page or the network may have been away: asks, unless an answer is due as soon already. */
  wake() {
    if (this.#timer === undefined) return;
    const due = this.#due - this.#timing.now();
    if (!this.#asked || due > this.#timing.wakeAnswer) this.#ask(this.#timing.wakeAnswer);
  }

  #look() {
    const { now, late, quiet, answer, wakeAnswer, reply } = this.#timing;
    const { dead, awaited } = this.#actions;
    const wasLate = now() - this.#due > late;
    const silent = now() - this.#heardAt;
    if (!wasLate && awaited() > reply) dead();
    else if (this.#asked) {
      if (!wasLate || ++this.#late > 1) dead();
      else this.#ask(wakeAnswer);
    } else if (wasLate) this.#ask(wakeAnswer);
    // A clock that was set back makes the silence negative.
    else if (silent >= quiet || silent < 0) this.#ask(answer);
    else this.#arm(quiet - silent);
  }

  #ask(ms) {
    this.#asked = true;
    this.#arm(ms);
    this.#actions.ping();
  }

  #arm(ms) {
    this.#timing.cancel(this.#timer);
    this.#due = this.#timing.now() + ms;
    this.#timer = this.#timing.later(() => this.#look(), ms);
  }
}
