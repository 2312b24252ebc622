import type { LocalStore, LocalStores } from '@plumbline/runtime';
import { frozenInStep, takeovers } from './mutant-faults.ts';
import type { Mutant } from './mutant.ts';

const withStores = (
  stores: LocalStores,
  change: (store: LocalStore, name: string) => LocalStore,
): LocalStores => ({
  close: () => stores.close(),
  async open(task) {
    return change(await stores.open(task), `${task.topology}-${task.partition}`);
  },
});

const sameMethods = (store: LocalStore): LocalStore => ({
  checkpoint: () => store.checkpoint(),
  get: (key) => store.get(key),
  entries: (prefix, after) => store.entries(prefix, after),
  write: (entries, step) => store.write(entries, step),
  wipe: () => store.wipe(),
  close: () => store.close(),
});

/** Local copies and read models that are wrong. */
export const storeMutants: readonly Mutant[] = [
  {
    name: 'stale-copy-accepted',
    what: 'a local copy says that it is of now, however old it is',
    expected: ['state', 'outcomes', 'chains', 'nothing-skipped', 'effects'],
    faults: { crashesPerMinute: 20, diskStale: 1, compactionsPerMinute: 90 },
    localStores(stores, world) {
      return withStores(stores, (store) => ({
        ...sameMethods(store),
        checkpoint: () => {
          const known = store.checkpoint();
          return known === null ? null : { ...known, atMs: world.nowMs() };
        },
        // The step names the checkpoint that was shown; the copy knows its own.
        write: (entries, { to }) => store.write(entries, { from: store.checkpoint(), to }),
      }));
    },
  },
  {
    name: 'copy-loses-deletions',
    what: 'the local copy keeps what was deleted',
    expected: ['state'],
    localStores: (stores) =>
      withStores(stores, (store) => ({
        ...sameMethods(store),
        write: (entries, step) =>
          store.write(
            entries.filter(({ value }) => value !== null),
            step,
          ),
      })),
  },
  {
    name: 'copy-ahead',
    what: 'the checkpoint of a local copy moves before its entries are written',
    expected: ['state', 'outcomes', 'chains', 'effects'],
    faults: takeovers,
    localStores: (stores, { random }) =>
      withStores(stores, (store) => ({
        ...sameMethods(store),
        write: (entries, step) =>
          store.write(random.chance(0.2) ? entries.slice(1) : entries, step),
      })),
  },
  {
    name: 'projection-without-check',
    what: 'a projection folds without a look at where the read model stands',
    expected: ['read-models'],
    faults: frozenInStep,
    projections: 'no-position-check',
  },
  {
    name: 'projection-skips',
    what: 'a projection leaves out what it cannot read, and parks nothing behind it',
    expected: ['read-models'],
    projections: 'skips-poison-silently',
  },
  {
    name: 'projection-in-two-steps',
    what: 'a projection writes its position first and the rows after it',
    expected: ['read-models'],
    faults: { crashesPerMinute: 30 },
    projections: 'position-before-rows',
  },
];
