import type { FiredTimer } from '../topology.ts';

/**
 * Timers by due time, then key, then name: a binary heap with lazy deletion. The order is total, so
 * that two runs fire the same timers in the same order.
 */
export interface TimerQueue {
  /** Moves the timer if key and name are already there; returns what it replaced. */
  set(timer: FiredTimer): FiredTimer | undefined;
  cancel(key: string, name: string): FiredTimer | undefined;
  get(key: string, name: string): FiredTimer | undefined;
  peek(): FiredTimer | undefined;
  readonly size: number;
  values(): Iterable<FiredTimer>;
}

const idOf = (key: string, name: string): string => `${key}\u0000${name}`;

function before(a: FiredTimer, b: FiredTimer): boolean {
  if (a.dueMs !== b.dueMs) return a.dueMs < b.dueMs;
  if (a.key !== b.key) return a.key < b.key;
  return a.name < b.name;
}

export function createTimerQueue(): TimerQueue {
  const live = new Map<string, FiredTimer>();
  const heap: FiredTimer[] = [];

  function push(timer: FiredTimer): void {
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(timer, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  function pop(): void {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let smallest = heap[child];
      if (smallest === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, smallest)) {
        child += 1;
        smallest = right;
      }
      if (!before(smallest, last)) break;
      heap[at] = smallest;
      at = child;
    }
    heap[at] = last;
  }

  return {
    set(timer) {
      const id = idOf(timer.key, timer.name);
      const replaced = live.get(id);
      live.set(id, timer);
      push(timer);
      return replaced;
    },
    cancel(key, name) {
      const id = idOf(key, name);
      const gone = live.get(id);
      live.delete(id);
      return gone;
    },
    get: (key, name) => live.get(idOf(key, name)),
    peek() {
      for (let top = heap[0]; top !== undefined; top = heap[0]) {
        if (live.get(idOf(top.key, top.name)) === top) return top;
        pop();
      }
      return undefined;
    },
    get size() {
      return live.size;
    },
    values: () => live.values(),
  };
}
