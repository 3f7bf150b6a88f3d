/**
 * When the next attempt to connect may begin: full jitter over a wait that doubles with each failure, and at most
 * `attempts` within `window`. Only a connection that was welcomed and then lived for `stable` begins with the
 * shortest wait again; one that merely opened does not.
 */
export class Backoff {
  #timing;
  #failures = 0;
  #began = [];
  #welcomedAt;

  constructor(timing) {
    this.#timing = timing;
  }

  /** An attempt begins now. */
  began() {
    this.#began = [...this.#began, this.#timing.now()].slice(-this.#timing.attempts);
    this.#welcomedAt = undefined;
  }

  welcomed() {
    this.#welcomedAt = this.#timing.now();
  }

  /** An attempt or a connection has failed: how long to wait, before the bound on attempts. */
  failed() {
    const { now, random, stable, shortest, longest } = this.#timing;
    if (this.#welcomedAt !== undefined && now() - this.#welcomedAt >= stable) this.#failures = 0;
    this.#welcomedAt = undefined;
    return random() * Math.min(longest, shortest * 2 ** this.#failures++);
  }

  /** How long the bound on attempts still forbids the next one. */
  forbidden() {
    const { now, attempts, window } = this.#timing;
    if (this.#began.length < attempts) return 0;
    return Math.min(window, Math.max(0, this.#began[0] + window - now()));
  }
}
