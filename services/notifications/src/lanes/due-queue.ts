/** What waits in a lane. */
export interface LaneItem {
  /** Key in its store: among those due at one moment the order. */
  readonly key: string;
  readonly dueMs: number;
  /** The first attempt of its notification. */
  readonly isFirst: boolean;
}

/** Earliest due first. Small: an insertion moves what is behind it. */
export interface DueQueue<I extends LaneItem> {
  size(): number;
  first(): I | undefined;
  last(): I | undefined;
  add(item: I): void;
  /** False when it is not in it. */
  remove(item: I): boolean;
  items(): readonly I[];
}

export function isBefore(one: LaneItem, other: LaneItem): boolean {
  return one.dueMs === other.dueMs ? one.key < other.key : one.dueMs < other.dueMs;
}

export function createDueQueue<I extends LaneItem>(): DueQueue<I> {
  const items: I[] = [];

  /** The place of the first that is not before it. */
  function placeOf(item: I): number {
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = items[middle];
      if (there !== undefined && isBefore(there, item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    size: () => items.length,
    first: () => items[0],
    last: () => items.at(-1),
    add: (item) => void items.splice(placeOf(item), 0, item),
    remove(item) {
      // Two tasks may hold one key between a rebalance and its end.
      for (let at = placeOf(item); at < items.length && !isBehind(items[at], item); at += 1) {
        if (items[at] !== item) continue;
        items.splice(at, 1);
        return true;
      }
      return false;
    },
    items: () => items,
  };
}

const isBehind = (there: LaneItem | undefined, item: LaneItem): boolean =>
  there === undefined || isBefore(item, there);
