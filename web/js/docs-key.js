/** The API key of the page at /docs. It is kept in memory only, so it is gone with the page. */

let key = '';

/** Shows `text` as the key with all requests from now on; none if it is empty. */
export function useKey(text) {
  key = text.trim();
}

/** `headers` and, if there is a key, the one that shows it. */
export function withKey(headers = {}) {
  return key === '' ? headers : { ...headers, Authorization: `Bearer ${key}` };
}
