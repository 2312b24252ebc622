/** A map that drops what was not asked for the longest when it is full. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  entries(): IterableIterator<[string, Value]>;
}

export function createBoundedMap<Value>(max: number): BoundedMap<Value> {
  // A Map iterates in order of insertion, so that its first key is the least recently used.
  const values = new Map<string, Value>();
  return {
    get(key) {
      const value = values.get(key);
      if (value === undefined) return undefined;
      values.delete(key);
      values.set(key, value);
      return value;
    },
    set(key, value) {
      values.delete(key);
      values.set(key, value);
      if (values.size <= max) return;
      for (const oldest of values.keys()) {
        values.delete(oldest);
        break;
      }
    },
    delete: (key) => void values.delete(key),
    entries: () => values.entries(),
  };
}
