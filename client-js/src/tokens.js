import { TertuliaError } from './errors.js';

/** The longest delay of a timer: some 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * The token of a client, and when to ask for the next one. It is asked for by one question at a time, whoever needs
 * it; so a renewal that a cut interrupts is used by the next connection.
 */
export class TokenSource {
  #source;
  #timing;
  #token;
  #fresh = false;
  #renewAt = Infinity;
  #end = Infinity;
  #asking;
  #skew = 0;

  /** @param source a token, or a function that returns one or a promise of one */
  constructor(source, timing) {
    this.#source = source;
    this.#timing = timing;
  }

  /** Whether there can be another token than the one that ended. */
  get renewable() {
    return typeof this.#source === 'function';
  }

  /** Whether the token was asked for by the current attempt, so that another one would not be better. */
  get fresh() {
    return this.#fresh;
  }

  /** The client that the token names, if it can be read. */
  get client() {
    return claims(this.#token)?.sub ?? null;
  }

  /** A token for the next attempt: the one at hand, unless it has ended or is about to. */
  async get() {
    this.#fresh = false;
    if (!this.renewable) return (this.#token = this.#source);
    if (this.#token !== undefined && this.#now() < this.#renewAt) return this.#token;
    const token = await this.#ask(this.#token === undefined ? 'first' : this.#now() < this.#end ? 'renew' : 'expired');
    this.#fresh = true;
    return token;
  }

  /** The server says that the token has ended. */
  ended() {
    this.#renewAt = this.#end = -Infinity;
  }

  /** The server's clock, by which tokens end. */
  clock(time) {
    if (time) this.#skew = time - this.#timing.now();
  }

  /** In how many milliseconds to renew; `undefined` for never. */
  get renewIn() {
    if (!this.renewable || !Number.isFinite(this.#renewAt)) return undefined;
    return Math.min(LONGEST_TIMER, Math.max(this.#timing.renewal, this.#renewAt - this.#now()));
  }

  /** Asks for the next token, if it is time: a timer cannot wait for longer than some weeks. */
  async renew() {
    return this.#now() < this.#renewAt ? this.#token : this.#ask('renew');
  }

  #now() {
    return this.#timing.now() + this.#skew;
  }

  #ask(why) {
    this.#asking ??= this.#answer(why).finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  async #answer(why) {
    const { later, cancel, token: patience } = this.#timing;
    let timer;
    const late = new Promise((_, reject) => {
      timer = later(() => reject(new TypeError(`the token did not come within ${patience} ms`)), patience);
    });
    try {
      const token = await Promise.race([this.#source(why), late]);
      if (typeof token !== 'string' || token === '') throw new TertuliaError('unauthorized', 'there is no token');
      if (token === this.#token && this.#end === -Infinity) throw new TertuliaError('unauthorized', 'the same token again, which has ended');
      const { exp } = claims(token) ?? {};
      this.#end = exp > 0 ? exp * 1000 : Infinity;
      // A minute before its end, or after four fifths of it. The same token again is used until the server ends it.
      this.#renewAt = token === this.#token ? Infinity : this.#end - Math.min(60_000, (this.#end - this.#now()) / 5);
      this.#token = token;
      return token;
    } finally {
      cancel(timer);
    }
  }
}

/** What a JWT says, unverified; `undefined` if it is not one. */
function claims(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
