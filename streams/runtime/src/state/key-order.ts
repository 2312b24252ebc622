const firstSurrogate = 0xd800;
const afterSurrogates = 0xe000;

/** UTF-16 has the characters beyond U+FFFF below those from U+E000 on; UTF-8 has them above. */
const unitRank = (unit: number): number =>
  unit >= afterSurrogates ? unit - 0x800 : unit >= firstSurrogate ? unit + 0x2000 : unit;

/** The order of two keys by their bytes in UTF-8, as LMDB has it: below, at or above 0. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return unitRank(left) - unitRank(right);
  }
  return a.length - b.length;
}

/**
 * Keys in the order of their bytes, to be read from any place on. What was added is put into its place
 * when the order is asked for: some one by one, many by merging.
 */
export interface KeyOrder {
  /** A key that is there already does no harm. */
  add(key: string): void;
  /** It is gone; its place goes with many others'. */
  remove(key: string): void;
  /** Those that begin so and stand behind `after`. Nothing may be added or forgotten meanwhile. */
  keys(prefix: string, after?: string): Iterable<string>;
  /** Forgets keys that are gone. They are left out in any case. */
  tidy(): void;
}

/**
 * So many are put in one by one. Each moves the tail, 3 µs among 20,000 keys, where a merge of both
 * lists looks at all of them, 6 ms (measured). Among a million keys a move is dearer: never many.
 */
const insertedMax = (length: number): number => Math.max(32, Math.min(500, length / 20));
/** Looking at every key for each that is gone would be dear. */
const removedTogether = 1_000;

export function createKeyOrder(isThere: (key: string) => boolean): KeyOrder {
  let sorted: string[] = [];
  let added = new Set<string>();
  /** Removed, and perhaps still in a place. */
  let gone = 0;

  /** Where the first key stands that is not below this one. */
  function placeOf(key: string): number {
    let from = 0;
    let to = sorted.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (compareKeys(sorted[middle] ?? '', key) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  function settle(): void {
    if (added.size === 0) return;
    const fresh = [...added];
    added = new Set();
    if (fresh.length <= insertedMax(sorted.length)) {
      for (const key of fresh) {
        const at = placeOf(key);
        if (sorted[at] !== key) sorted.splice(at, 0, key);
      }
      return;
    }
    sorted = merged(
      sorted.filter((key) => isThere(key)),
      fresh.sort(compareKeys),
    );
  }

  function tidy(): void {
    settle();
    sorted = sorted.filter((key) => isThere(key));
    gone = 0;
  }

  return {
    add: (key) => void added.add(key),
    remove(key) {
      added.delete(key);
      gone += 1;
      if (gone > Math.max(removedTogether, sorted.length / 2)) tidy();
    },
    *keys(prefix, after) {
      settle();
      const isBehind = after !== undefined && compareKeys(after, prefix) >= 0;
      let at = placeOf(isBehind ? after : prefix);
      if (isBehind && sorted[at] === after) at += 1;
      for (; at < sorted.length; at += 1) {
        const key = sorted[at];
        if (key === undefined || !key.startsWith(prefix)) return;
        if (isThere(key)) yield key;
      }
    },
    tidy,
  };
}

/** Two sorted lists as one, each key once. */
function merged(left: readonly string[], right: readonly string[]): string[] {
  const all: string[] = [];
  let other = 0;
  for (const key of left) {
    for (; other < right.length; other += 1) {
      const next = right[other];
      if (next === undefined || compareKeys(next, key) > 0) break;
      if (next !== key) all.push(next);
    }
    all.push(key);
  }
  return [...all, ...right.slice(other)];
}
