import type { KeyOrder } from './key-order.ts';
import { createKeyOrder } from './key-order.ts';
import type { Checkpoint, LocalStore, LocalStores } from './local-store.ts';
import { isSameCheckpoint } from './local-store.ts';

interface Copy {
  checkpoint: Checkpoint | null;
  readonly values: Map<string, Buffer>;
  readonly order: KeyOrder;
}

function emptyCopy(): Copy {
  const values = new Map<string, Buffer>();
  return { checkpoint: null, values, order: createKeyOrder((key) => values.has(key)) };
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
      const copy = copies.get(name) ?? emptyCopy();
      copies.set(name, copy);
      return Promise.resolve(storeOver(copy));
    },
    close: () => Promise.resolve(),
  };
}

/** One copy of its own, for what runs no task. */
export const createMemoryLocalStore = (): LocalStore => storeOver(emptyCopy());

function storeOver(copy: Copy): LocalStore {
  // As this handle knows it: what another one wrote since must not look like its own.
  let known = copy.checkpoint;
  return {
    checkpoint: () => known,
    get: (key) => copy.values.get(key),
    *entries(prefix, after) {
      for (const key of copy.order.keys(prefix, after)) {
        const value = copy.values.get(key);
        if (value !== undefined) yield [key, value];
      }
    },
    write(entries, { from, to }) {
      if (!isSameCheckpoint(copy.checkpoint, from)) return Promise.resolve(false);
      for (const { key, value } of entries) {
        if (value !== null) {
          if (!copy.values.has(key)) copy.order.add(key);
          copy.values.set(key, value);
        } else if (copy.values.delete(key)) copy.order.remove(key);
      }
      copy.checkpoint = to;
      known = to;
      return Promise.resolve(true);
    },
    wipe() {
      copy.values.clear();
      copy.order.tidy();
      copy.checkpoint = null;
      known = null;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
