import type { LocalStore, LocalStores } from '@plumbline/runtime';
import type { LocalCopy } from '../history/history.ts';

/** The local copies that tasks have open, as the tasks see them. */
export interface OpenCopies {
  observe(stores: LocalStores, process: string): LocalStores;
  /** What is in them now. */
  now(): readonly LocalCopy[];
}

export function createOpenCopies(): OpenCopies {
  const opened = new Map<
    string,
    { store: LocalStore; process: string; topology: string; partition: number }
  >();
  /** What a dead incarnation had open is nobody's any more: its disk may be another by now. */
  function forget(process: string): void {
    for (const [name, copy] of opened) if (copy.process === process) opened.delete(name);
  }

  function observed(stores: LocalStores, process: string): LocalStores {
    return {
      close: () => stores.close(),
      async open({ topology, partition }) {
        const store = await stores.open({ topology, partition });
        const name = `${process} ${topology}-${partition}`;
        opened.set(name, { store, process, topology, partition });
        return {
          checkpoint: () => store.checkpoint(),
          get: (key) => store.get(key),
          entries: (prefix, after) => store.entries(prefix, after),
          write: (entries, step) => store.write(entries, step),
          wipe: () => store.wipe(),
          close() {
            if (opened.get(name)?.store === store) opened.delete(name);
            return store.close();
          },
        };
      },
    };
  }

  return {
    observe(stores, process) {
      forget(process);
      return observed(stores, process);
    },
    now: () =>
      [...opened.values()].flatMap(({ store, process, topology, partition }) => {
        const checkpoint = store.checkpoint();
        if (checkpoint === null) return [];
        const values = new Map(store.entries(''));
        return [{ process, topology, partition, offset: checkpoint.offset, values }];
      }),
  };
}
