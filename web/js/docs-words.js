/** Every text of the page at /docs that is not in the description of the API itself. */

import { language } from './words.js';

const es = {
  title: 'Tertulia: API',
  heading: 'La API HTTP, y cómo probarla',
  intro:
    'Cada petición de aquí se envía de verdad a este servidor. Los errores son documentos de problema (RFC 9457) con un code; '
    + 'un campo que la petición no tiene se rechaza por su nombre.',
  required: 'obligatorio',
  body: 'Cuerpo',
  send: 'Enviar',
  listen: 'Escuchar',
  stop: 'Parar',
  answer: 'Respuesta',
  noAnswer: 'El servidor no responde.',
  failed: 'La descripción de la API no se ha podido leer.',
  open: 'Abrir',
};

const en = {
  title: 'Tertulia: API',
  heading: 'The HTTP API, and how to try it',
  intro:
    'Every request here is really sent to this server. Errors are problem documents (RFC 9457) with a code; '
    + 'a field that the request does not have is refused by its name.',
  required: 'required',
  body: 'Body',
  send: 'Send',
  listen: 'Listen',
  stop: 'Stop',
  answer: 'Answer',
  noAnswer: 'The server does not answer.',
  failed: 'The description of the API could not be read.',
  open: 'Open',
};

export const words = language === 'en' ? en : es;

/** What `node` of the description says under `name`, in the language of the page. */
export function told(node, name) {
  return (language === 'es' && node[`x-${name}-es`]) || node[name] || '';
}
