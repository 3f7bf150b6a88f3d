const WORKER = 'service-worker.js';

/** How often a visible page asks for a new version, in ms. */
const PERIOD = 3_600_000;

/** How long a worker may take to say of which version it is, in ms. */
const PATIENCE = 5_000;

/**
 * The versions of this page: registers the service worker, which keeps the page for when the server can't be reached,
 * and says when a new version has been fetched. Where there are no service workers (plain HTTP on a network, storage
 * switched off), it does nothing.
 *
 * Event `waiting`: there is a new version, and `isWaiting` is true from then on. It is shown after `apply()`, which
 * reloads this page, and no other.
 */
export class Updates extends EventTarget {
  #registration = null;
  #isWaiting = false;
  #applies = false;
  #askedAt = 0;

  /** Whether there is a new version. */
  get isWaiting() {
    return this.#isWaiting;
  }

  /** Registers the service worker. Never fails. */
  async start() {
    const workers = globalThis.navigator?.serviceWorker;
    if (!workers) return;
    try {
      this.#registration = await workers.register(address(), { scope: './', updateViaCache: 'none' });
    } catch {
      return; // The page works without.
    }
    this.#askedAt = Date.now();
    workers.addEventListener('controllerchange', () => this.#applies && location.reload());
    const { waiting, installing } = this.#registration;
    this.#registration.addEventListener('updatefound', () => this.#follow(this.#registration.installing));
    this.#follow(installing);
    this.#installed(waiting);
    document.addEventListener('visibilitychange', () => this.#ask());
  }

  /** Shows the new version: reloads the page. To be called for a click only. */
  apply() {
    this.#applies = true;
    const { waiting } = this.#registration ?? {};
    // Without one, another tab has been faster.
    if (waiting) waiting.postMessage({ type: 'activate' });
    else location.reload();
  }

  #ask() {
    if (document.visibilityState !== 'visible' || Date.now() - this.#askedAt < PERIOD) return;
    this.#askedAt = Date.now();
    this.#registration.update().catch(() => {}); // the server can't be reached: later again
  }

  #follow(worker) {
    worker?.addEventListener('statechange', () => worker.state === 'installed' && this.#installed(worker));
  }

  /** A worker waits. It is the first one, or this page already of its version, unless there is something to show. */
  async #installed(worker) {
    const { controller } = navigator.serviceWorker;
    if (!worker || !controller) return;
    const [{ page }, { version }] = await Promise.all([ask(controller), ask(worker)]);
    if (version && page === version) worker.postMessage({ type: 'activate' });
    else {
      this.#isWaiting = true;
      this.dispatchEvent(new Event('waiting'));
    }
  }
}

/** Asks a worker for its version, and for that of this page. */
function ask(worker) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve({}), PATIENCE);
    worker.postMessage({ type: 'version' }, [port2]);
  });
}

/** The address of the service worker; a trusted one where the browser has Trusted Types. */
function address() {
  const policy = globalThis.trustedTypes?.createPolicy('tertulia-updates', { createScriptURL: () => WORKER });
  return policy ? policy.createScriptURL('') : WORKER;
}
