/**
 * Looks from time to time whether WebSocket comes through by now, until it is ended.
 *
 * @param options `websocket`, which opens such a line; `timing`; `onProbed(opened)`
 * @returns {() => void} ends it
 */
export function probe({ websocket, timing, onProbed }) {
  const { later, cancel, upgrade, attempt } = timing;
  let timer;
  let line;
  const end = () => {
    cancel(timer);
    line?.close(true);
    line = undefined;
  };
  const wait = () => {
    timer = later(look, upgrade);
  };
  const done = (opened) => {
    end();
    wait();
    onProbed(opened);
  };
  const look = () => {
    timer = later(() => done(false), attempt);
    try {
      line = websocket({ onOpen: () => done(true), onFrame() {}, onClose: () => done(false) });
    } catch {
      done(false);
    }
  };
  wait();
  return end;
}
