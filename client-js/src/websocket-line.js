/** The subprotocol of the full protocol. */
const SUBPROTOCOL = 'tertulia.1';

/**
 * A line over one WebSocket. After `close` nothing is called any more.
 *
 * @param {{ url: string, WebSocket: any, onOpen: () => void, onFrame: (frame: any) => void, onClose: (end: { code: number, reason: string }) => void }} options
 */
export function openWebSocket({ url, WebSocket, onOpen, onFrame, onClose }) {
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.onopen = onOpen;
  socket.onmessage = ({ data }) => {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      // Anything but an object is ignored.
    }
    if (frame && typeof frame === 'object') onFrame(frame);
  };
  socket.onclose = ({ code, reason }) => onClose({ code, reason });
  // A `close` follows. In Node an error without a handler would end the process.
  socket.onerror = () => {};
  return {
    send(frame) {
      socket.send(JSON.stringify(frame));
    },
    /** @param {boolean} dead whether the other end is taken for gone; then Node's socket is not kept for its farewell */
    close(dead) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      if (dead && socket.terminate) socket.terminate();
      else socket.close(1000);
    },
  };
}
