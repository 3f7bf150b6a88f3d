/** The longest delay of a timer: some 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * The token of a client, and when to ask for the next one. It is asked for by one question at a time, whoever needs
 * it; so a renewal that a cut interrupts is used by the next connection.
 */
export class TokenSource {
  #source;
  #Failure;
  #timing;
  #token;
  /** Whether the token was asked for by the current attempt. */
  #fresh = false;
  #renewAt = Infinity;
  #end = Infinity;
  #asking;
  #skew = 0;

  /** @param source a token, or a function that returns one or a promise of one; `Failure` is `TertuliaError` */
  constructor(source, timing, Failure) {
    this.#Failure = Failure;
    this.#source = source;
    this.#timing = timing;
  }

  get #renewable() {
    return typeof this.#source === 'function';
  }

  /** The client that the token names, if it can be read. */
  get client() {
    return claims(this.#token)?.sub ?? null;
  }

  /** A token for the next attempt: the one at hand, unless it has ended or is about to. */
  async get() {
    this.#fresh = false;
    if (!this.#renewable) return (this.#token = this.#source);
    if (this.#token !== undefined && this.#now() < this.#renewAt) return this.#token;
    const token = await this.#ask(this.#token === undefined ? 'first' : this.#now() < this.#end ? 'renew' : 'expired');
    this.#fresh = true;
    return token;
  }

  /**
   * The server says that the token has ended.
   *
   * @param {boolean} welcomed whether it was welcome before
   * @returns {boolean} whether there can be a better one: not if this one was asked for by the current attempt
   */
  ended(welcomed) {
    this.#renewAt = this.#end = -Infinity;
    return this.#renewable && (welcomed || !this.#fresh);
  }

  /**
   * Renews the token while a line lives: the server takes a second `hello` as that.
   *
   * @param time that of the server, by which tokens end
   * @param {(frame: any) => Promise<any>} request
   * @param {(error: unknown, where: string) => void} report
   * @returns {() => void} ends it
   */
  keep(time, request, report) {
    const { later, cancel, now, renewal } = this.#timing;
    if (time) this.#skew = time - now();
    let ended = false;
    let timer;
    const renewLater = () => {
      if (!this.#renewable || !Number.isFinite(this.#renewAt)) return;
      timer = later(renew, Math.min(LONGEST_TIMER, Math.max(renewal, this.#renewAt - this.#now())));
    };
    const renew = async () => {
      try {
        // A timer cannot wait for longer than some weeks.
        const token = this.#now() < this.#renewAt ? this.#token : await this.#ask('renew');
        if (ended) return;
        await request({ type: 'hello', token });
      } catch (error) {
        if (ended) return;
        report(error, 'token');
        // The server will end the token, and the next attempt asks for another.
        if (!(error instanceof TypeError)) return;
      }
      if (!ended) renewLater();
    };
    renewLater();
    return () => {
      ended = true;
      cancel(timer);
    };
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
      if (typeof token !== 'string' || token === '') throw new this.#Failure('unauthorized', 'there is no token');
      if (token === this.#token && this.#end === -Infinity) throw new this.#Failure('unauthorized', 'the same token again, which has ended');
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
