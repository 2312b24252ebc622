/**
 * Who waits for when. One timer serves them all, so that ten thousand who wait cost ten thousand
 * entries here and nothing else. A binary heap; moving somebody leaves the old entry to be passed over.
 */
export interface WakeHeap<T> {
  /** Moves it when it waits already. */
  set(who: T, atMs: number): void;
  /** The earliest; `null` when nobody waits. */
  nextMs(): number | null;
  /** Takes out one whose time has come. */
  take(nowMs: number): T | undefined;
}

export function createWakeHeap<T>(): WakeHeap<T> {
  const heap: { readonly who: T; readonly atMs: number }[] = [];
  const times = new Map<T, number>();
  const atOf = (index: number): number => heap[index]?.atMs ?? Infinity;

  function swap(one: number, other: number): void {
    const [a, b] = [heap[one], heap[other]];
    if (a === undefined || b === undefined) return;
    heap[one] = b;
    heap[other] = a;
  }

  function pop(): void {
    swap(0, heap.length - 1);
    heap.pop();
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = atOf(left + 1) < atOf(left) ? left + 1 : left;
      if (atOf(child) >= atOf(at)) return;
      swap(at, child);
      at = child;
    }
  }

  /** The first that still stands. */
  function top(): { readonly who: T; readonly atMs: number } | undefined {
    for (let first = heap[0]; first !== undefined; first = heap[0]) {
      if (times.get(first.who) === first.atMs) return first;
      pop();
    }
    return undefined;
  }

  return {
    set(who, atMs) {
      if (times.get(who) === atMs) return;
      times.set(who, atMs);
      let at = heap.push({ who, atMs }) - 1;
      while (at > 0 && atOf((at - 1) >> 1) > atMs) {
        swap(at, (at - 1) >> 1);
        at = (at - 1) >> 1;
      }
    },
    nextMs: () => top()?.atMs ?? null,
    take(nowMs) {
      const first = top();
      if (first === undefined || first.atMs > nowMs) return undefined;
      times.delete(first.who);
      pop();
      return first.who;
    },
  };
}
