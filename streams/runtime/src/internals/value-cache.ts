/**
 * Decoded values of a task, bounded: two generations, of which the older is dropped as a whole when
 * the younger is full. What was used lately stays, and a hit costs one look-up.
 */
export interface ValueCache {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  delete(key: string): void;
}

export function createValueCache(perGeneration: number): ValueCache {
  let young = new Map<string, unknown>();
  let old = new Map<string, unknown>();

  function set(key: string, value: unknown): void {
    if (young.size >= perGeneration) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  }

  return {
    get(key) {
      const recent = young.get(key);
      if (recent !== undefined) return recent;
      const value = old.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
    delete(key) {
      young.delete(key);
      old.delete(key);
    },
  };
}
