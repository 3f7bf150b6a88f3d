/** What an outbox needs, if nobody hears of it. */
export const UNHEARD = { prefix: '', limit: 1_000, onChange() {}, onSettled() {}, onError() {}, onDurable() {} };

/** A clock that stands still until a test moves it, with the timers that depend on it. */
export class ManualClock {
  #now = 1_700_000_000_000;
  #timers = new Map();
  #last = 0;
  #stopped = false;
  #parts = [];

  now = () => this.#now;

  setTimer = (run, delay) => {
    this.#timers.set(++this.#last, { run, at: this.#now + delay });
    return this.#last;
  };

  clearTimer = (timer) => void this.#timers.delete(timer);

  /** For one page of several: it moves with this clock, and can be stopped by itself. */
  part() {
    const part = new ManualClock();
    this.#parts.push(part);
    return part;
  }

  /** As in a frozen page: time goes on, and no timer comes. */
  stop() {
    this.#stopped = true;
  }

  resume() {
    this.#stopped = false;
  }

  /** As when somebody corrects the clock: timers run as long as they would have. */
  setBack(duration) {
    this.#now -= duration;
    for (const timer of this.#timers.values()) timer.at -= duration;
  }

  /** For an outbox by this clock. */
  options() {
    return { ...UNHEARD, now: this.now, later: this.setTimer, cancel: this.clearTimer, random: Math.random };
  }

  /** Moves on, timer by timer, and lets run what each of them starts. */
  async advance(duration) {
    const end = this.#now + duration;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const due = this.#all().filter(({ clock, timer }) => !clock.#stopped && timer.at <= end);
      due.sort((one, other) => one.timer.at - other.timer.at);
      if (!due.length) break;
      const [{ clock, id, timer }] = due;
      this.#moveTo(Math.max(this.#now, timer.at));
      clock.#timers.delete(id);
      timer.run();
    }
    this.#moveTo(end);
  }

  #all() {
    return [this, ...this.#parts].flatMap((clock) => [...clock.#timers].map(([id, timer]) => ({ clock, id, timer })));
  }

  #moveTo(now) {
    for (const clock of [this, ...this.#parts]) clock.#now = now;
  }
}
