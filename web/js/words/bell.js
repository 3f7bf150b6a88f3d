/** The texts about notifications, in Spanish and in English. */

const es = {
  title: 'Notificaciones',
  unread: (n) => (n === 1 ? '1 sin leer' : `${n} sin leer`),
  personal: 'Solo para ti',
  broadcast: 'A todos',
  mentioned: (room) => `Te mencionan en ${room}`,
  toMessage: 'Ver el mensaje',
  by: (client) => `de ${client}`,
  high: 'Urgente',
  low: 'Sin prisa',
  isUnread: 'Sin leer',
  markRead: 'Marcar como leída',
  markAllRead: 'Marcar todo como leído',
  older: 'Ver anteriores',
  close: 'Cerrar',
  emptyTitle: 'Nada por aquí',
  emptyText: 'Lo que te envíen a ti o a todos se guarda aquí, también mientras no estés.',
  ask: 'Avisarme también fuera de esta página',
  granted: 'Con la página oculta, te avisa el sistema.',
  denied: 'El navegador no deja que esta página avise fuera de ella. Puedes cambiarlo en sus ajustes.',
  noText: 'Sin texto',
  /** What the server and the base protocol say where there is no text. */
  withoutText: { personal: 'Notificación personal.', broadcast: 'Notificación de broadcast.' },
  unreadable: 'El servidor no puede leer esta notificación.',
};

const en = {
  title: 'Notifications',
  unread: (n) => `${n} unread`,
  personal: 'Only to you',
  broadcast: 'To everyone',
  mentioned: (room) => `You are mentioned in ${room}`,
  toMessage: 'Go to the message',
  by: (client) => `from ${client}`,
  high: 'Urgent',
  low: 'No hurry',
  isUnread: 'Unread',
  markRead: 'Mark as read',
  markAllRead: 'Mark all as read',
  older: 'Show older ones',
  close: 'Close',
  emptyTitle: 'Nothing here',
  emptyText: 'What is sent to you or to everyone is kept here, also while you are away.',
  ask: 'Tell me outside this page as well',
  granted: 'While this page is hidden, the system tells you.',
  denied: 'The browser does not let this page notify you outside it. You can change that in its settings.',
  noText: 'No text',
  withoutText: { personal: 'Personal notification.', broadcast: 'Broadcast notification.' },
  unreadable: 'The server cannot read this notification.',
};

/** By language. */
export const bellTexts = { es, en };
