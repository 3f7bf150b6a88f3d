/**
 * Why a promise was rejected.
 *
 * `code` is one of the server's codes, or `closed`, `aborted`, `queue_full`, `stopped` or `cut`, which are the
 * client's own. `retry` says that the request certainly had no effect and may be made again, `retryAfter` in how
 * many milliseconds, if the server said so.
 */
export class TertuliaError extends Error {
  constructor(code, message = code, retry = false, retryAfter = undefined) {
    super(message);
    this.name = 'TertuliaError';
    this.code = code;
    this.retry = retry;
    this.retryAfter = retryAfter;
  }
}

/** The error in an `error` frame. */
export const errorOf = ({ code, message, retry, retry_after }) => new TertuliaError(code, message, retry === true, retry_after);
