/**
 * One Idempotency-Key for one thing that is asked for, over its retries; another for another thing,
 * or for the same once it was answered. `atMs`: when it was asked for first.
 */
export interface OneKey {
  of(what: string): { readonly key: string; readonly atMs: number };
  /** It was answered. */
  forget(): void;
  isOpen(): boolean;
}

export function createOneKey(newKey: () => string): OneKey {
  let tried: { readonly what: string; readonly key: string; readonly atMs: number } | null = null;
  return {
    of(what) {
      if (tried?.what !== what) tried = { what, key: newKey(), atMs: Date.now() };
      return tried;
    },
    forget: () => (tried = null),
    isOpen: () => tried !== null,
  };
}
