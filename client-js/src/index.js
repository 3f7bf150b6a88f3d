/*! Tertulia client, Apache-2.0 */
export { Tertulia, version } from './tertulia.js';
export { TertuliaError } from './errors.js';
export { memoryStore, localStore, indexedStore } from './stores.js';
