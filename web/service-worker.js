/**
 * The service worker of the page: shows it when the server can't be reached, and never a page whose files are of
 * different versions. It answers requests for the page and its files, and nothing else: what is below `/api` and `/ws`
 * it does not even see.
 *
 * # Versions
 *
 * The server puts `const SHELL = { version, files: { address: hash } }` before this script. So each version of the page
 * has a worker of its own, which fills a cache of its own before it is installed. A page gets all of its files from the
 * cache of the version of which it is itself, or else from the network. That version is noted when the page is loaded.
 * A cache is deleted when a later worker is in charge and no page is of its version.
 *
 * A new worker takes over when a page says `{ type: 'activate' }`, or when all pages are closed.
 */

/** The path of the server, with a `/` at its end. Those below other paths of the host share the caches of the browser. */
const PATH = new URL('./', location.href).pathname;

const OWN = PATH === '/' ? '' : PATH;

const CACHE = `tertulia-shell${OWN} `;

/** The versions of the pages that were loaded: JSON `{ id, version, time }` by the id of the page. */
const PAGES = `tertulia-pages${OWN}`;

/** How long to wait for the page from the network, in ms, if there is one to show. */
const DEADLINE = 2_000;

/** How long a page is counted as there after it was loaded, in ms: it is not listed before it begins. */
const LOADING = 60_000;

const { version: VERSION, files: FILES } = SHELL;

/** What `PAGES` says of pages, as far as this was told. */
const versions = new Map();

addEventListener('install', (event) => event.waitUntil(fill()));

addEventListener('activate', (event) => event.waitUntil(clean()));

addEventListener('message', (event) => {
  const { data, source, ports } = event;
  if (data?.type === 'activate') event.waitUntil(skipWaiting());
  else if (data?.type === 'version') event.waitUntil(tellVersion(source.id, ports[0]));
});

addEventListener('fetch', (event) => {
  const { request, clientId } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (pathname === PATH) event.respondWith(page(event));
  } else if (clientId && pathname.startsWith(`${PATH}static/`)) event.respondWith(file(request, pathname, clientId));
});

/** Fills the cache of this version, or fails: then the browser tries again later. */
async function fill() {
  const name = CACHE + VERSION;
  const isNew = !(await caches.has(name));
  const cache = await caches.open(name);
  try {
    await Promise.all(Object.entries(FILES).map(([address, hash]) => save(cache, address, hash)));
  } catch (error) {
    if (isNew) await caches.delete(name);
    throw error;
  }
}

/** The server may have been updated after it listed the files: what is not as listed is not saved. */
async function save(cache, address, hash) {
  const response = await fetch(address, { cache: 'no-cache' });
  const tag = response.headers.get('etag');
  if (!response.ok || (tag && !tag.includes(hash))) throw new Error(`${address} is not of the version ${VERSION}`);
  await cache.put(address, response);
}

/** The page: from the network if it comes soon, else from the cache. */
async function page(event) {
  const network = fetch(event.request);
  const late = new Promise((resolve) => setTimeout(resolve, DEADLINE));
  const response = await Promise.race([network, late]).catch(() => undefined);
  if (response && response.status < 500) {
    const version = response.headers.get('shell-version');
    event.waitUntil(loaded(event.resultingClientId, version));
    if (version && version !== VERSION) event.waitUntil(registration.update().catch(() => {}));
    return response;
  }
  const saved = await cached(VERSION, PATH);
  if (!saved) return response ?? network;
  network.catch(() => {});
  event.waitUntil(loaded(event.resultingClientId, VERSION));
  return saved;
}

/** A file of a page, of the version of which the page is. */
async function file(request, pathname, clientId) {
  const version = await versionOf(clientId);
  return (version && (await cached(version, pathname))) || fetch(request);
}

function cached(version, pathname) {
  return caches.match(pathname, { cacheName: CACHE + version, ignoreVary: true });
}

/** Notes of which version a page is. */
async function loaded(id, version) {
  if (!id || !version) return;
  versions.set(id, version);
  const pages = await caches.open(PAGES);
  await pages.put(noteOf(id), new Response(JSON.stringify({ id, version, time: Date.now() })));
  await clean();
}

async function versionOf(id) {
  if (!versions.has(id)) {
    const note = await caches.match(noteOf(id), { cacheName: PAGES });
    versions.set(id, note && (await note.json()).version);
  }
  return versions.get(id);
}

const noteOf = (id) => `${PATH}service-worker.js?page=${id}`;

async function tellVersion(id, port) {
  port?.postMessage({ version: VERSION, page: await versionOf(id) });
}

/** Forgets pages that are closed, and deletes the caches that none needs. Later ones are of workers that wait. */
async function clean() {
  const open = new Set((await clients.matchAll({ type: 'window', includeUncontrolled: true })).map(({ id }) => id));
  const pages = await caches.open(PAGES);
  const used = new Set();
  for (const request of await pages.keys()) {
    const { id, version, time } = await (await pages.match(request)).json();
    if (open.has(id) || Date.now() - time < LOADING) used.add(CACHE + version);
    else {
      versions.delete(id);
      await pages.delete(request);
    }
  }
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHE));
  const earlier = names.slice(0, Math.max(0, names.indexOf(CACHE + VERSION)));
  await Promise.all(earlier.filter((name) => !used.has(name)).map((name) => caches.delete(name)));
}
