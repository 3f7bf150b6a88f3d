/** How often loading has failed. A browser may remember a failed module for as long as the page lives, but by its address. */
let failures = 0;

/**
 * A line without WebSocket, of a module of its own that is loaded when it is first needed. Where it cannot be loaded,
 * the line is lost, as one whose server does not answer: the next attempt loads it again.
 *
 * @param options those of `openHttp` in `tertulia-http.js`
 */
export function openHttp(options) {
  let line;
  let closed = false;
  // The first import is one that build tools can follow.
  const loading = failures ? import(new URL(`./tertulia-http.js?${failures}`, import.meta.url).href) : import('./tertulia-http.js');
  loading.then(
    (module) => {
      if (!closed) line = module.openHttp(options);
    },
    (error) => {
      failures++;
      if (!closed) options.onClose({ code: 1006, reason: String(error) });
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
