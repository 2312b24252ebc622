import type { Checkpoint, LocalStore, LocalStores } from './local-store.ts';
import { isSameCheckpoint } from './local-store.ts';

interface Copy {
  checkpoint: Checkpoint | null;
  readonly values: Map<string, Buffer>;
}

/**
 * Local copies in memory, which a task that starts over finds again and a process that ends loses:
 * for tests, simulation and replays, and where no state folder is configured.
 */
export function createMemoryLocalStores(): LocalStores {
  const copies = new Map<string, Copy>();
  return {
    open({ topology, partition }) {
      const name = `${topology}-${partition}`;
      const copy = copies.get(name) ?? { checkpoint: null, values: new Map<string, Buffer>() };
      copies.set(name, copy);
      return Promise.resolve(storeOver(copy));
    },
    close: () => Promise.resolve(),
  };
}

/** One copy of its own, for what runs no task. */
export const createMemoryLocalStore = (): LocalStore =>
  storeOver({ checkpoint: null, values: new Map() });

function storeOver(copy: Copy): LocalStore {
  // As this handle knows it: what another one wrote since must not look like its own.
  let known = copy.checkpoint;
  return {
    checkpoint: () => known,
    get: (key) => copy.values.get(key),
    entries: (prefix) =>
      [...copy.values]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    write(entries, { from, to }) {
      if (!isSameCheckpoint(copy.checkpoint, from)) return Promise.resolve(false);
      for (const { key, value } of entries) {
        if (value === null) copy.values.delete(key);
        else copy.values.set(key, value);
      }
      copy.checkpoint = to;
      known = to;
      return Promise.resolve(true);
    },
    wipe() {
      copy.values.clear();
      copy.checkpoint = null;
      known = null;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
