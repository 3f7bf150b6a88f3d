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

/** What waits is rejected with, once the client is closed. */
export const closed = () => new TertuliaError('closed', 'the client is closed');

/** The error in an `error` frame. */
export const errorOf = ({ code, message, retry, retry_after }) => new TertuliaError(code, message, retry === true, retry_after);

/**
 * Calls `act` when `signal` aborts, and at once if it has, unless the returned function was called before.
 *
 * @param {AbortSignal | undefined} signal
 * @param {() => void} act
 * @returns {() => void}
 */
export function onAbort(signal, act) {
  if (signal?.aborted) act();
  signal?.addEventListener('abort', act);
  return () => signal?.removeEventListener('abort', act);
}

/**
 * A promise that `signal` rejects with `aborted`.
 *
 * @param {AbortSignal | undefined} signal
 * @param {(resolve: (value?: any) => void, reject: (error: any) => void) => void | (() => void)} begin returns what is to be undone at an abort
 * @returns {Promise<any>}
 */
export function abortable(signal, begin) {
  return new Promise((resolve, reject) => {
    const settle = (act) => (value) => {
      off();
      act(value);
    };
    let undo;
    const off = onAbort(signal, () => {
      undo?.();
      reject(new TertuliaError('aborted', 'the request was aborted'));
    });
    if (!signal?.aborted) undo = begin(settle(resolve), settle(reject));
  });
}
