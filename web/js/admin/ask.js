import { authorization } from './session.js';
import { language } from '../words.js';
import { words } from './words.js';

/** Requests to the server, with the key of the operator. */

/** How long an answer may take, in ms: longer than the server itself waits for its parts. */
const PATIENCE = 15_000;

/** A request that was refused, or not answered: `status` is 0 then. The message is for people. */
export class RequestError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether the key is not accepted, or not any more. */
  get isOfKey() {
    return this.status === 401;
  }
}

/**
 * Sends a request, and resolves with its answer.
 *
 * @param {string} method
 * @param {string} path relative to the page
 * @param {object=} body sent as JSON
 * @throws {RequestError}
 */
export async function ask(method, path, body) {
  let response;
  try {
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
    response = await fetch(path, { method, headers: { 'Accept-Language': language, ...authorization(), ...json }, body: body && JSON.stringify(body), cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw new RequestError(0, words.away);
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok && answer) return answer;
  if (response.status === 403) throw new RequestError(403, `${answer?.detail ?? ''} ${words.scopeMissing}`.trim());
  throw new RequestError(response.status, answer?.detail ?? words.refused(response.status));
}

/** Opens a session with the code of `./tertulia admin`; resolves with its key. */
export async function open(code) {
  return (await ask('POST', 'admin/session', { code })).key;
}

export const get = (path) => ask('GET', `api/v1/${path}`);

/** A part of a path, or a value of a query. */
export const part = encodeURIComponent;
