import { compareKeys } from '../state/key-order.ts';

/**
 * The first entries of a local copy with what is pending over it, by the bytes of their keys. Of the
 * copy one entry more is read than the answer has, and those that something pending deletes.
 */
export function mergedRange(of: {
  readonly stored: Iterable<readonly [key: string, value: Buffer]>;
  /** Keys whose values are not those of the copy. */
  readonly pending: Iterable<string>;
  /** Undefined for one that is deleted. */
  pendingValueOf(key: string): unknown;
  decode(key: string, bytes: Buffer): unknown;
  readonly limit: number;
}): readonly (readonly [key: string, value: unknown])[] {
  const found: (readonly [string, unknown])[] = [];
  const isFull = (): boolean => found.length >= of.limit;
  const pending = of.pending[Symbol.iterator]();
  let next = pending.next();

  /** Takes what is pending up to a key; true when that key itself was pending. */
  function takePending(upTo: string | null): boolean {
    while (next.done !== true && !isFull()) {
      const key = next.value;
      const order = upTo === null ? -1 : compareKeys(key, upTo);
      if (order > 0) return false;
      const value = of.pendingValueOf(key);
      if (value !== undefined) found.push([key, value]);
      next = pending.next();
      if (order === 0) return true;
    }
    return false;
  }

  if (isFull()) return found;
  for (const [key, bytes] of of.stored) {
    const isPending = takePending(key);
    if (isFull()) return found;
    if (isPending) continue;
    found.push([key, of.decode(key, bytes)]);
    if (isFull()) return found;
  }
  takePending(null);
  return found;
}
