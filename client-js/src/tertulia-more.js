/** What only clients with a token or a store of their own need. Imports nothing of `tertulia.js`. */
export { Keeper } from './keeper.js';
export { openIndexed } from './indexed.js';
export { TokenSource } from './tokens.js';
