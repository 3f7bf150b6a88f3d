/** The texts of the conversation, in Spanish and in English. */

const es = {
  log: 'Conversación',
  keys: 'Con las flechas se va de un mensaje a otro; con Tab, a sus acciones.',
  arrivals: 'Mensajes que llegan',
  jump: 'Ir al final',
  unseen: (n) => (n === 1 ? '1 mensaje nuevo' : `${n} mensajes nuevos`),
  newLine: 'Mensajes nuevos',
  typing: ([first, second, ...more]) =>
    more.length > 0
      ? 'Varias personas están escribiendo…'
      : second === undefined ? `${first} está escribiendo…` : `${first} y ${second} están escribiendo…`,
  beginning: 'Aquí empieza la conversación',
  gone: 'Ese mensaje ya no está.',
  showAll: (n) => `Ver todo (${n} caracteres)`,
  showLess: 'Ver menos',

  edited: 'editado',
  editedAt: (time) => `Editado: ${time}`,
  deleted: 'Mensaje eliminado',
  unreadable: 'El servidor no puede leer este mensaje.',
  left: (client) => `Cliente '${client}' se ha desconectado.`,
  system: 'Sistema',

  waiting: 'Se enviará cuando vuelva la conexión',
  sending: 'Enviando…',
  failed: 'No se ha enviado.',
  notDone: 'No se ha podido.',
  why: {
    unavailable: 'El servidor no puede guardar mensajes en este momento.',
    rate_limited: 'Has enviado demasiados mensajes seguidos.',
    too_large: 'El mensaje es demasiado largo.',
    forbidden: 'Aquí no tienes permiso para eso.',
    not_found: 'Ese mensaje ya no está.',
    internal: 'Se ha producido un error en el servidor.',
    queue_full: 'Hay demasiados mensajes pendientes de envío.',
    stopped: 'El servidor no acepta esta conexión.',
  },
  discard: 'Descartar',

  inReplyTo: (name) => `En respuesta a ${name}`,
  originalUnknown: 'Mensaje anterior',
  originalGone: 'El mensaje original ya no está',
  seenBy: (names) => `Visto por ${names}`,
  andMore: (n) => `${n} más`,

  tools: 'Acciones del mensaje',
  react: 'Reaccionar',
  reactWith: (emoji) => `Reaccionar con ${emoji}`,
  otherEmoji: 'Otro emoji',
  reactions: 'Reacciones',
  reaction: (emoji, count, mine) => `${emoji}: ${count}${mine ? ', también tú' : ''}`,
  reply: 'Responder',
  edit: 'Editar',
  remove: 'Eliminar',
  copyLink: 'Copiar enlace',
  copied: 'Enlace copiado',
  notCopied: (link) => `No se ha podido copiar. El enlace es ${link}`,

  removeTitle: '¿Eliminar este mensaje?',
  removeText: 'Desaparece para todos, y no se puede recuperar.',
};

const en = {
  log: 'Conversation',
  keys: 'The arrow keys lead from message to message; Tab leads to its actions.',
  arrivals: 'Messages that arrive',
  jump: 'Jump to the latest message',
  unseen: (n) => (n === 1 ? '1 new message' : `${n} new messages`),
  newLine: 'New messages',
  typing: ([first, second, ...more]) =>
    more.length > 0
      ? 'Several people are typing…'
      : second === undefined ? `${first} is typing…` : `${first} and ${second} are typing…`,
  beginning: 'The conversation begins here',
  gone: 'That message no longer exists.',
  showAll: (n) => `Show all (${n} characters)`,
  showLess: 'Show less',

  edited: 'edited',
  editedAt: (time) => `Edited: ${time}`,
  deleted: 'Message deleted',
  unreadable: 'The server cannot read this message.',
  left: (client) => `Client '${client}' has disconnected.`,
  system: 'System',

  waiting: 'Will be sent when the connection is back',
  sending: 'Sending…',
  failed: 'Not sent.',
  notDone: 'That was not possible.',
  why: {
    unavailable: 'The server cannot store messages at the moment.',
    rate_limited: 'You have sent too many messages in a row.',
    too_large: 'The message is too long.',
    forbidden: 'You do not have permission for that here.',
    not_found: 'That message no longer exists.',
    internal: 'An error occurred in the server.',
    queue_full: 'Too many messages are waiting to be sent.',
    stopped: 'The server does not accept this connection.',
  },
  discard: 'Discard',

  inReplyTo: (name) => `In reply to ${name}`,
  originalUnknown: 'An earlier message',
  originalGone: 'The original message no longer exists',
  seenBy: (names) => `Seen by ${names}`,
  andMore: (n) => `${n} more`,

  tools: 'Actions for the message',
  react: 'React',
  reactWith: (emoji) => `React with ${emoji}`,
  otherEmoji: 'Another emoji',
  reactions: 'Reactions',
  reaction: (emoji, count, mine) => `${emoji}: ${count}${mine ? ', you too' : ''}`,
  reply: 'Reply',
  edit: 'Edit',
  remove: 'Delete',
  copyLink: 'Copy link',
  copied: 'Link copied',
  notCopied: (link) => `It could not be copied. The link is ${link}`,

  removeTitle: 'Delete this message?',
  removeText: 'It disappears for everyone, and cannot be restored.',
};

/** By language. */
export const talkTexts = { es, en };
