/**
 * The frames of the base protocol, and how the page interprets them.
 *
 * A person sends three kinds of entries (`chat`, `personal`, `broadcast`); others only come from the server
 * (`system`, `error`, and `notification` if it does not say to whom it was sent).
 */

/** The protocol's bound on `message`, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 65_536;

const encoder = new TextEncoder();

export function byteLength(text) {
  return encoder.encode(text).length;
}

/** Text that UTF-8 can represent: half of a surrogate pair becomes the replacement character. */
export function wellFormed(text) {
  return text.toWellFormed?.() ?? new TextDecoder().decode(encoder.encode(text));
}

/**
 * The frame for an entry that a person sends. Without a text, `message` is the server's default. The `ref`
 * identifies it in the error of a refusal.
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

/** The content of a received frame, or `null` for a type that this page does not know, which is not an error. */
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

/** A time that a `Date` can represent. */
function isTime(value) {
  return Number.isFinite(value) && Math.abs(value) <= 8.64e15;
}

function asText(value) {
  return typeof value === 'string' ? value : '';
}
