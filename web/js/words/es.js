/** The texts of the page in Spanish, by area. The keys are those of `en.js`. */
export const es = {
  /* The shell. */
  heading: 'Notificaciones en Tiempo Real',
  placeholder: 'Escribe un mensaje...',
  send: 'Enviar',
  notifySelf: 'Enviar Notificación del Sistema (solo para ti)',
  notifyAll: 'Broadcast Notificación (a todos)',

  name: 'Tu nombre',
  anonymous: 'Anónimo',
  clientId: 'Identificador de esta pestaña',
  baseLink: 'El cliente mínimo, en un solo archivo',

  /* The conversation. */
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

  /* The empty room. */
  emptyTitle: 'La mesa está puesta',
  emptyText: 'Abre esta página en otra pestaña y escribe algo: aparecerá en las dos al instante.',
  tryChat: 'lo leen todos los presentes.',
  trySelf: 'solo llega a esta pestaña.',
  tryAll: 'llega a todas las pestañas.',

  /* The state of the connection. */
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

  /* The composer. */
  tooLarge: (n, max) => `Demasiado largo: ${n} de ${max} bytes.`,
  size: (n, max) => `${n} de ${max} bytes`,
  queueFull: 'Hay demasiados mensajes pendientes de envío. El tuyo sigue aquí: espera a que se envíen.',
};
