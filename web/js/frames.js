/**
 * The base protocol's frames, and what the page makes of them.
 *
 * There are three kinds of things a person sends (`chat`, `personal`, `broadcast`) and some more that only
 * the server says (`system`, `error`, and `notification` where it doesn't say to whom it went).
 */

/** The protocol's bound on `message`, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 65_536;

const encoder = new TextEncoder();

export function byteLength(text) {
  return encoder.encode(text).length;
}

/** Text as UTF-8 can carry it: half a surrogate pair becomes the replacement character. */
export function wellFormed(text) {
  return text.toWellFormed?.() ?? new TextDecoder().decode(encoder.encode(text));
}

/**
 * The frame for something that a person sends. An empty text leaves `message` to the server's default. By
 * `ref` an error says that it was refused.
 */
export function frameFor({ key, kind, sender, text }) {
  const type = { chat: 'chat', personal: 'notification', broadcast: 'broadcast_notification' }[kind];
  return {
    type,
    ...(kind === 'chat' && sender && { sender }),
    ...(text && { message: text }),
    ref: key,
  };
}

/** What a received frame says, or `null` for a type that this page doesn't know, which is no error. */
export function readFrame(frame) {
  const kind = kindOf(frame);
  if (!kind) return null;
  return {
    kind,
    client: asText(frame.client),
    sender: asText(frame.sender),
    text: asText(frame.message),
    time: isTime(frame.time) ? frame.time : Date.now(),
    ...(kind === 'error' && { code: asText(frame.code), ref: frame.ref }),
  };
}

function kindOf({ type, system, scope }) {
  if (type === 'chat') return system === true ? 'system' : 'chat';
  if (type === 'notification') return scope === 'personal' || scope === 'broadcast' ? scope : 'notification';
  return type === 'error' ? 'error' : null;
}

/** A moment that a `Date` can hold. */
function isTime(value) {
  return Number.isFinite(value) && Math.abs(value) <= 8.64e15;
}

function asText(value) {
  return typeof value === 'string' ? value : '';
}
