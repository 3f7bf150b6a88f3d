/**
 * Every text of the page, in Spanish and in English.
 *
 * Spanish is the default. English is used only by a browser whose list of languages names English
 * before Spanish. What the server writes (departures, errors, default notifications) is shown as it
 * comes, in the server's language.
 */

const es = {
  heading: 'Notificaciones en Tiempo Real',
  placeholder: 'Escribe un mensaje...',
  send: 'Enviar',
  notifySelf: 'Enviar Notificación del Sistema (solo para ti)',
  notifyAll: 'Broadcast Notificación (a todos)',

  name: 'Tu nombre',
  anonymous: 'Anónimo',
  clientId: 'Identificador de esta pestaña',
  baseLink: 'El cliente mínimo, en un solo archivo',

  message: 'Mensaje',
  log: 'Conversación',
  jump: 'Ir al final',
  unseen: (n) => (n === 1 ? '1 mensaje nuevo' : `${n} mensajes nuevos`),
  you: 'tú',
  today: 'Hoy',
  yesterday: 'Ayer',
  personal: 'Solo para ti',
  broadcast: 'A todos',
  notification: 'Notificación',
  error: 'Error',
  by: 'de',
  showAll: (n) => `Ver todo (${n} caracteres)`,
  showLess: 'Ver menos',

  queued: 'Saldrá al volver la conexión',
  sent: 'Enviando…',
  unconfirmed: 'No se sabe si llegó',
  refused: 'No se ha enviado.',
  whyRefused: {
    unavailable: 'El servidor no puede guardar mensajes ahora.',
    rate_limited: 'Son demasiados mensajes seguidos.',
    too_large: 'Es demasiado largo.',
    forbidden: 'Aquí no tienes permiso para escribir.',
    internal: 'Ha fallado algo en el servidor.',
  },
  resend: 'Enviar otra vez',
  discard: 'Quitar',

  emptyTitle: 'La mesa está puesta',
  emptyText: 'Abre esta página en otra pestaña y escribe algo: aparecerá en las dos al instante.',
  tryChat: 'lo leen todos los que están aquí.',
  trySelf: 'llega solo a esta pestaña.',
  tryAll: 'llega a todas las pestañas.',

  connecting: 'Conectando…',
  open: 'Conectado',
  waiting: 'Reconectando…',
  stopped: 'Desconectado',
  awayNotice: 'Sin conexión. Lo que escribas saldrá al volver.',
  awayQueued: (n) => `Sin conexión. ${n === 1 ? '1 mensaje espera' : `${n} mensajes esperan`} para salir.`,
  retry: 'Reintentar ahora',
  connectAgain: 'Conectar de nuevo',
  whyStopped: {
    unauthorized: 'El servidor no autoriza a este cliente.',
    disconnected: 'Un operador ha cerrado esta conexión.',
    too_many_connections: 'Este cliente tiene demasiadas conexiones abiertas.',
    protocol: 'El servidor no ha entendido lo que envió esta página.',
    too_large: 'El servidor ha rechazado un mensaje demasiado grande.',
    refused: 'El servidor ha pedido que esta página no vuelva a conectar.',
  },
  tooLarge: (n, max) => `Demasiado largo: ${n} de ${max} bytes.`,
  size: (n, max) => `${n} de ${max} bytes`,
  queueFull: 'Hay demasiados mensajes por salir. El tuyo sigue aquí: espera a que salgan.',
};

const en = {
  heading: 'Real-Time Notifications',
  placeholder: 'Write a message...',
  send: 'Send',
  notifySelf: 'Send System Notification (only to you)',
  notifyAll: 'Broadcast Notification (to everyone)',

  name: 'Your name',
  anonymous: 'Anónimo',
  clientId: 'Identifier of this tab',
  baseLink: 'The smallest client, in one file',

  message: 'Message',
  log: 'Conversation',
  jump: 'Go to the end',
  unseen: (n) => (n === 1 ? '1 new message' : `${n} new messages`),
  you: 'you',
  today: 'Today',
  yesterday: 'Yesterday',
  personal: 'Only to you',
  broadcast: 'To everyone',
  notification: 'Notification',
  error: 'Error',
  by: 'from',
  showAll: (n) => `Show all (${n} characters)`,
  showLess: 'Show less',

  queued: 'Leaves when the connection is back',
  sent: 'Sending…',
  unconfirmed: 'May not have arrived',
  refused: 'It was not sent.',
  whyRefused: {
    unavailable: 'The server can\'t store messages now.',
    rate_limited: 'These are too many messages in a row.',
    too_large: 'It is too long.',
    forbidden: 'You are not allowed to write here.',
    internal: 'Something failed in the server.',
  },
  resend: 'Send again',
  discard: 'Remove',

  emptyTitle: 'The table is set',
  emptyText: 'Open this page in another tab and write something: it shows in both at once.',
  tryChat: 'everybody here reads it.',
  trySelf: 'reaches this tab alone.',
  tryAll: 'reaches every tab.',

  connecting: 'Connecting…',
  open: 'Connected',
  waiting: 'Reconnecting…',
  stopped: 'Disconnected',
  awayNotice: 'No connection. What you write will leave when it is back.',
  awayQueued: (n) => `No connection. ${n === 1 ? '1 message waits' : `${n} messages wait`} to leave.`,
  retry: 'Try now',
  connectAgain: 'Connect again',
  whyStopped: {
    unauthorized: 'The server does not authorise this client.',
    disconnected: 'An operator has closed this connection.',
    too_many_connections: 'This client has too many open connections.',
    protocol: 'The server could not understand what this page sent.',
    too_large: 'The server has refused a message that was too large.',
    refused: 'The server has asked this page not to connect again.',
  },
  tooLarge: (n, max) => `Too long: ${n} of ${max} bytes.`,
  size: (n, max) => `${n} of ${max} bytes`,
  queueFull: 'Too many messages are waiting to leave. Yours is still here: wait until they have left.',
};

/** The language of the page: the first of `es` and `en` that the browser's list names; `es` if neither. */
export function chooseLanguage(languages) {
  for (const tag of languages ?? []) {
    const language = tag.toLowerCase().split('-')[0];
    if (language === 'es' || language === 'en') return language;
  }
  return 'es';
}

export const language = chooseLanguage(navigator.languages);
export const words = language === 'en' ? en : es;
