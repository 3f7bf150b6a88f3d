import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `ws`, from the folder or module that `TERTULIA_WS` names, or wherever Node finds it. */
const place = process.env.TERTULIA_WS;
const entry = place && statSync(place).isDirectory() ? join(place, 'wrapper.mjs') : place;
export const { WebSocket, WebSocketServer } = await import(entry ? pathToFileURL(entry).href : 'ws').catch((error) => {
  throw new Error("These tests need the npm package ws: 'npm install ws', or its folder in TERTULIA_WS", { cause: error });
});
