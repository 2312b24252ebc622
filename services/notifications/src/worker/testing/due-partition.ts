import type { Following, StoreFollower, StoreRange, StoreSource } from '@plumbline/runtime';

/** One partition of the store as its topology keeps it, with whoever follows it at the moment. */
export interface DuePartition {
  set(key: string, value: object): void;
  delete(key: string): void;
  has(key: string): boolean;
  keys(): readonly string[];
  /** The task is this process's now. */
  open(following: Following): void;
  /** It is not any more; a process that dies is not told. */
  close(of: { readonly isTold: boolean }): void;
  /** How many entries were read by range. */
  reads(): number;
  /** Tried on whoever follows, in place of what it says. */
  spoil(by: { range?: (of: StoreRange, page: Page) => Page; failsNext?: boolean }): void;
}

export type Page = readonly (readonly [string, unknown])[];

export function createDuePartition(partition: number): DuePartition {
  const values = new Map<string, object>();
  const keys: string[] = [];
  let follower: StoreFollower | null = null;
  let epoch = 0;
  let reads = 0;
  let spoilt: { range?: (of: StoreRange, page: Page) => Page; failsNext?: boolean } = {};

  function placeOf(key: string): number {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function range({ prefix, after = '', limit }: StoreRange): Page {
    const from = after >= prefix ? `${after}\u0000` : prefix;
    const page: (readonly [string, unknown])[] = [];
    for (let at = placeOf(from); at < keys.length && page.length < limit; at += 1) {
      const key = keys[at] ?? '';
      if (!key.startsWith(prefix)) break;
      page.push([key, values.get(key)]);
    }
    reads += page.length;
    return page;
  }

  /** Of one ownership: afterwards there is nothing in it. */
  function sourceOf(mine: number): StoreSource {
    return {
      range(of) {
        if (mine !== epoch) return [];
        // Where settings cannot be read the task does not start.
        if (spoilt.failsNext === true && of.prefix.startsWith('d/')) {
          spoilt = {};
          throw new Error('the disk cannot be read');
        }
        return spoilt.range?.(of, range(of)) ?? range(of);
      },
      tell: () => Promise.reject(new Error('reports are heard by the world')),
    };
  }

  return {
    set(key, value) {
      if (!values.has(key)) keys.splice(placeOf(key), 0, key);
      values.set(key, value);
      follower?.changed(key, value);
    },
    delete(key) {
      if (!values.delete(key)) return;
      keys.splice(placeOf(key), 1);
      follower?.changed(key, undefined);
    },
    has: (key) => values.has(key),
    keys: () => keys,
    open(following) {
      epoch += 1;
      const task = { topology: 'notifications', partition, partitions: 2 };
      follower = following.open(task, sourceOf(epoch));
    },
    close({ isTold }) {
      if (isTold) follower?.close();
      follower = null;
      epoch += 1;
    },
    reads: () => reads,
    spoil: (by) => void (spoilt = by),
  };
}
