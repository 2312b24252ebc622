import type { StoredPaymentOrder } from '../../projections/merchant-queries.ts';

/**
 * Payment orders as they were read a moment ago, for clients that poll. Never older than a second,
 * and never older than what this process has seen decided: the reader asks for a version.
 */
export interface OrderCache {
  get(key: string, atLeast: bigint): StoredPaymentOrder | null;
  put(key: string, order: StoredPaymentOrder): void;
}

interface Held {
  readonly order: StoredPaymentOrder;
  readonly atMs: number;
}

export function createOrderCache(options: {
  readonly max: number;
  readonly freshMs: number;
  /** A clock that only goes forward. */
  readonly nowMs: () => number;
}): OrderCache {
  const { max, freshMs, nowMs } = options;
  // In the order of insertion, so that the first is the oldest.
  const held = new Map<string, Held>();
  return {
    get(key, atLeast) {
      const found = held.get(key);
      if (found === undefined) return null;
      if (nowMs() - found.atMs < freshMs && found.order.version >= atLeast) return found.order;
      held.delete(key);
      return null;
    },
    put(key, order) {
      held.delete(key);
      held.set(key, { order, atMs: nowMs() });
      if (held.size <= max) return;
      const [oldest] = held.keys();
      if (oldest !== undefined) held.delete(oldest);
    },
  };
}
