/** The texts of the page at /docs, except those in the description of the API itself. */

const es = {
  title: 'Tertulia: API',
  heading: 'La API HTTP, y cómo probarla',
  intro:
    'Las peticiones de esta página se envían de verdad a este servidor. Los errores son documentos de problema (RFC 9457) con un code; '
    + 'los campos desconocidos se rechazan indicando su nombre.',
  required: 'obligatorio',
  body: 'Cuerpo',
  send: 'Enviar',
  listen: 'Escuchar',
  stop: 'Parar',
  answer: 'Respuesta',
  noAnswer: 'El servidor no responde.',
  failed: 'No se ha podido leer la descripción de la API.',
  open: 'Abrir',
  key: 'Clave',
  keyNote: 'Hace falta si el servidor tiene cuentas. ./tertulia key create hace una; esta página no la guarda.',
  useKey: 'Usar',
};

const en = {
  title: 'Tertulia: API',
  heading: 'The HTTP API, and how to try it',
  intro:
    'Requests from this page are really sent to this server. Errors are problem documents (RFC 9457) with a code; '
    + 'unknown fields are refused by name.',
  required: 'required',
  body: 'Body',
  send: 'Send',
  listen: 'Listen',
  stop: 'Stop',
  answer: 'Response',
  noAnswer: 'The server does not respond.',
  failed: 'The description of the API could not be read.',
  open: 'Open',
  key: 'Key',
  keyNote: 'Needed if the server has accounts. ./tertulia key create makes one; this page does not store it.',
  useKey: 'Use',
};

/** By language. */
export const docsTexts = { es, en };
