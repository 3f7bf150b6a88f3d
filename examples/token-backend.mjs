// A backend that lets the people of your own application into Tertulia: it signs a token for whoever is signed in there.
// TERTULIA_AUTH_HS256_SECRET=… node token-backend.mjs
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function tokenFor(user) {
  const signed = `${encode({ alg: 'HS256' })}.${encode({ sub: user.id, name: user.name, exp: Math.floor(Date.now() / 1000) + 3600 })}`;
  return `${signed}.${createHmac('sha256', process.env.TERTULIA_AUTH_HS256_SECRET).update(signed).digest('base64url')}`;
}

createServer((request, response) => {
  const user = { id: 'ana', name: 'Ana' }; // Here: the user whose session your application finds in the request.
  response.end(tokenFor(user));
}).listen(process.env.PORT ?? 3000, function () {
  console.log(`http://127.0.0.1:${this.address().port}`);
});
