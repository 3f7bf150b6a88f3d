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

/**
 * A promise that `signal` rejects with `aborted`.
 *
 * @param {AbortSignal | undefined} signal
 * @param {(resolve: (value?: any) => void, reject: (error: any) => void) => void | (() => void)} begin returns what is to be undone at an abort
 * @returns {Promise<any>}
 */
export function abortable(signal, begin) {
  return new Promise((resolve, reject) => {
    let undo;
    const settle = (act) => (value) => {
      signal?.removeEventListener('abort', abort);
      act(value);
    };
    const abort = () => {
      undo?.();
      settle(reject)(new TertuliaError('aborted', 'the request was aborted'));
    };
    if (signal?.aborted) return abort();
    signal?.addEventListener('abort', abort);
    undo = begin(settle(resolve), settle(reject));
  });
}
