/**
 * What loads a module beside this one, when it is first needed, and again at the next need after that failed: a
 * browser may remember a failed module for as long as the page lives, but by its address.
 *
 * @param {string} name
 * @param {() => Promise<any>} load an import that build tools can follow
 */
const lazy = (name, load) => {
  let failures = 0;
  return () =>
    (failures ? import(new URL(`./${name}?${failures}`, import.meta.url).href) : load()).catch((error) => {
      failures++;
      // As what `fetch` throws without a network: it may be better the next time.
      throw new TypeError(String(error));
    });
};

const loadHttp = lazy('tertulia-http.js', () => import('./tertulia-http.js'));

/** Loads what only clients with a token or a store of their own need. */
export const loadMore = lazy('tertulia-more.js', () => import('./tertulia-more.js'));

/**
 * A line without WebSocket. Where its module cannot be loaded, the line is lost, as one whose server does not answer.
 *
 * @param options those of `openHttp` in `tertulia-http.js`
 */
export function openHttp(options) {
  let line;
  let closed = false;
  loadHttp().then(
    (module) => {
      if (!closed) line = module.openHttp(options);
    },
    (error) => {
      if (!closed) options.onClose({ code: 1006, reason: error.message });
    },
  );
  return {
    send: (frame) => line.send(frame),
    close() {
      closed = true;
      line?.close();
    },
  };
}
