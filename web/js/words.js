/**
 * All texts of the page, in Spanish and in English.
 *
 * Spanish is the default. English is only used if the browser's list of languages names English
 * before Spanish. Texts of the server (departures, errors, default notifications) are shown
 * unchanged, in the server's language.
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

  queued: 'Se enviará cuando vuelva la conexión',
  sent: 'Enviando…',
  unconfirmed: 'No se sabe si llegó',
  refused: 'No se ha enviado.',
  whyRefused: {
    unavailable: 'El servidor no puede guardar mensajes en este momento.',
    rate_limited: 'Has enviado demasiados mensajes seguidos.',
    too_large: 'El mensaje es demasiado largo.',
    forbidden: 'Aquí no tienes permiso para escribir.',
    internal: 'Se ha producido un error en el servidor.',
  },
  resend: 'Enviar otra vez',
  discard: 'Quitar',

  emptyTitle: 'La mesa está puesta',
  emptyText: 'Abre esta página en otra pestaña y escribe algo: aparecerá en las dos al instante.',
  tryChat: 'lo leen todos los presentes.',
  trySelf: 'solo llega a esta pestaña.',
  tryAll: 'llega a todas las pestañas.',

  connecting: 'Conectando…',
  open: 'Conectado',
  waiting: 'Reconectando…',
  stopped: 'Desconectado',
  awayNotice: 'Sin conexión. Lo que escribas se enviará cuando vuelva.',
  awayQueued: (n) => `Sin conexión. ${n === 1 ? '1 mensaje pendiente' : `${n} mensajes pendientes`} de envío.`,
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
  queueFull: 'Hay demasiados mensajes pendientes de envío. El tuyo sigue aquí: espera a que se envíen.',
};

const en = {
  heading: 'Real-Time Notifications',
  placeholder: 'Write a message...',
  send: 'Send',
  notifySelf: 'Send System Notification (only to you)',
  notifyAll: 'Broadcast Notification (to everyone)',

  name: 'Your name',
  anonymous: 'Anónimo',
  clientId: 'Id of this tab',
  baseLink: 'The minimal client, in one file',

  message: 'Message',
  log: 'Conversation',
  jump: 'Jump to the latest message',
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

  queued: 'Will be sent when the connection is back',
  sent: 'Sending…',
  unconfirmed: 'May not have arrived',
  refused: 'Not sent.',
  whyRefused: {
    unavailable: 'The server cannot store messages at the moment.',
    rate_limited: 'You have sent too many messages in a row.',
    too_large: 'The message is too long.',
    forbidden: 'You do not have permission to write here.',
    internal: 'An error occurred in the server.',
  },
  resend: 'Send again',
  discard: 'Remove',

  emptyTitle: 'The table is set',
  emptyText: 'Open this page in another tab and write something: it appears in both immediately.',
  tryChat: 'everybody here can read it.',
  trySelf: 'only this tab receives it.',
  tryAll: 'all tabs receive it.',

  connecting: 'Connecting…',
  open: 'Connected',
  waiting: 'Reconnecting…',
  stopped: 'Disconnected',
  awayNotice: 'No connection. What you write will be sent when it is back.',
  awayQueued: (n) => `No connection. ${n === 1 ? '1 message is' : `${n} messages are`} waiting to be sent.`,
  retry: 'Retry now',
  connectAgain: 'Connect again',
  whyStopped: {
    unauthorized: 'The server does not authorise this client.',
    disconnected: 'An operator closed this connection.',
    too_many_connections: 'This client has too many open connections.',
    protocol: 'The server did not understand what this page sent.',
    too_large: 'The server refused a message that was too large.',
    refused: 'The server asked this page not to connect again.',
  },
  tooLarge: (n, max) => `Too long: ${n} of ${max} bytes.`,
  size: (n, max) => `${n} of ${max} bytes`,
  queueFull: 'Too many messages are waiting to be sent. Yours is still here: wait until they have been sent.',
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
