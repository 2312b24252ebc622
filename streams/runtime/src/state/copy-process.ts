import { checkpointOfStep, entriesOfStep, historyTask } from './copy-history.ts';
import { createLmdbLocalStores } from './lmdb-local-stores.ts';
import type { ChangelogEntry, LocalStore, LocalStores } from './local-store.ts';

/** What the process of the crash tests is asked to do with its copy. */
export type CopyRequest =
  | { readonly ask: 'open'; readonly folder: string }
  /** Writes on from where its copy stands; answers whether it could. */
  | { readonly ask: 'write'; readonly key: string }
  /** Plays the history on for ever, and tells of each step that is written. */
  | { readonly ask: 'play' }
  /** Sends itself a signal in the middle of a transaction. */
  | { readonly ask: 'write halfway'; readonly signal: NodeJS.Signals }
  | { readonly ask: 'close' };

export type CopyAnswer =
  | { readonly answer: 'done'; readonly result: boolean | number | null }
  | { readonly answer: 'step'; readonly step: number }
  | { readonly answer: 'error'; readonly message: string };

let stores: LocalStores | null = null;
let store: LocalStore | null = null;

function current(): LocalStore {
  if (store === null) throw new Error('not open');
  return store;
}

const stepOf = (of: LocalStore): number => Number(of.checkpoint()?.offset ?? 0n);

function writeOn(entries: readonly ChangelogEntry[]): Promise<boolean> {
  const from = current().checkpoint();
  return current().write(entries, { from, to: checkpointOfStep(stepOf(current()) + 1) });
}

async function handle(request: CopyRequest): Promise<boolean | number | null> {
  switch (request.ask) {
    case 'open':
      stores = createLmdbLocalStores({ folder: request.folder });
      store = await stores.open(historyTask);
      return stepOf(store);
    case 'write':
      return writeOn([{ key: request.key, value: Buffer.from('of the other process') }]);
    case 'play':
      for (;;) {
        const step = stepOf(current()) + 1;
        if (!(await writeOn(entriesOfStep(step)))) return false;
        tell({ answer: 'step', step });
        await new Promise((resolve) => setImmediate(resolve));
      }
    case 'write halfway': {
      const halfway = {
        key: 'halfway',
        get value() {
          process.kill(process.pid, request.signal);
          return Buffer.from('x');
        },
      };
      const before = entriesOfStep(stepOf(current()) + 1);
      return writeOn([...before, halfway, { key: 'after', value: Buffer.from('x') }]);
    }
    case 'close':
      await stores?.close();
      return null;
  }
}

const tell = (answer: CopyAnswer): void => void process.send?.(answer);

process.on('message', (request: CopyRequest) => {
  handle(request).then(
    (result) => tell({ answer: 'done', result }),
    (error: unknown) =>
      tell({ answer: 'error', message: error instanceof Error ? error.message : String(error) }),
  );
});
