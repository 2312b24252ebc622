/** The part of `Storage` that is used. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** What was put there; `null` where nothing is, or it cannot be read: storage may be forbidden. */
export function read(store: Store, key: string): unknown {
  try {
    const text = store.getItem(key);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Keeps it if it can: what is not kept is gone at the next visit, and works until then. */
export function write(store: Store, key: string, value: unknown): void {
  try {
    store.setItem(key, JSON.stringify(value));
  } catch {
    // Full, or forbidden.
  }
}
