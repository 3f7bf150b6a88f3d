import { browserStorage, own, read, write } from './storage.js';

/**
 * The session of a person who has signed in with a provider. Its secret is in a cookie that no script can read; the
 * page knows whose it is, and keeps that for its next start, with or without a network.
 */

/** `{client, name}` as JSON; empty between the way to the provider and the way back. */
const SESSION_KEY = own('tertulia.session');

/** The session that this browser has, or `null`. */
export async function takeSession() {
  const kept = read(browserStorage, SESSION_KEY);
  if (kept === null) return null;
  if (kept) return parsed(kept);
  const found = await askServer();
  keep(found);
  return found?.client ? found : null;
}

/** What the server says: `{provider?, anonymous, client?, name?}`; `null` where it needs no token, or cannot be reached. */
export async function askServer() {
  try {
    const response = await fetch('sign-in/session');
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Keeps whose session it is, or forgets it. */
export function keep(session) {
  write(browserStorage, SESSION_KEY, session?.client ? JSON.stringify({ client: session.client, name: session.name ?? '' }) : null);
}

/** Goes to the provider, and back to this place. */
export function signIn() {
  write(browserStorage, SESSION_KEY, '');
  location.assign(`sign-in?back=${encodeURIComponent(location.hash)}`);
}

/** Ends the session of this browser. */
export async function signOut() {
  await fetch('sign-in/end', { method: 'POST' });
  keep(null);
}

function parsed(kept) {
  try {
    return JSON.parse(kept);
  } catch {
    return null;
  }
}
