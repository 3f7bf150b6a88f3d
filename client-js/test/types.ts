/** What the compiler checks, and nothing runs: the code has what its types promise, and they permit what the README shows. */
import type * as declared from '../tertulia.d.ts';
import type * as declaredView from '../tertulia-view.d.ts';
import * as written from '../src/index.js';
import * as writtenView from '../src/tertulia-view.js';

export const client: typeof declared = written;
export const view: typeof declaredView = writtenView;

export async function use({ Tertulia, localStore }: Pick<typeof declared, 'Tertulia' | 'localStore'>) {
  const tertulia = new Tertulia('http://127.0.0.1:8000', { client: 'ana', store: localStore(), resume: true });
  const lobby = tertulia.room('lobby');
  lobby.on('entry', (entry) => {
    if (entry.type === 'chat') entry.message?.length;
    else entry.target.toFixed();
    // @ts-expect-error: only a reaction has one
    entry.emoji;
  });
  // @ts-expect-error: there is no such event
  lobby.on('entries', () => {});
  const { offset } = await lobby.send('hola', { data: { any: 1 }, signal: AbortSignal.timeout(1_000) });
  if (offset !== undefined) await lobby.react(offset, '👍', { remove: true });
  // @ts-expect-error: the offset of a message, not its text
  await lobby.edit('hola', 'adiós');
  for await (const { message } of tertulia.inbox.notifications()) message.length;
  await tertulia.inbox.read({ up_to: 'id' });
  tertulia.on('state', ({ state, why }) => state === 'stopped' && console.log(why));
  await tertulia.close();
}
