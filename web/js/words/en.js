/** The texts of the page in English, by area. The keys are those of `es.js`. */
export const en = {
  /* The shell. */
  heading: 'Real-Time Notifications',
  placeholder: 'Write a message...',
  send: 'Send',
  notifySelf: 'Send System Notification (only to you)',
  notifyAll: 'Broadcast Notification (to everyone)',

  name: 'Your name',
  anonymous: 'Anónimo',
  clientId: 'Id of this tab',
  baseLink: 'The minimal client, in one file',

  /* The conversation. */
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

  /* The empty room. */
  emptyTitle: 'The table is set',
  emptyText: 'Open this page in another tab and write something: it appears in both immediately.',
  tryChat: 'everybody here can read it.',
  trySelf: 'only this tab receives it.',
  tryAll: 'all tabs receive it.',

  /* The state of the connection. */
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

  /* The composer. */
  tooLarge: (n, max) => `Too long: ${n} of ${max} bytes.`,
  size: (n, max) => `${n} of ${max} bytes`,
  queueFull: 'Too many messages are waiting to be sent. Yours is still here: wait until they have been sent.',
};
