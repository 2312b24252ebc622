/** Bytes of one process, and of the folder of its state, while so many orders are open. */
export interface Held {
  readonly orders: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
  readonly diskBytes: number;
}

/** What each further order adds, bytes. */
export type PerOrder = Omit<Held, 'orders'>;

/**
 * Between two sizes, so that what a process has with no orders at all is left out. Errors: RangeError
 * where none was added.
 */
export function perOrderOf(before: Held, after: Held): PerOrder {
  const orders = after.orders - before.orders;
  if (orders <= 0) throw new RangeError('no order was added');
  const of = (name: keyof PerOrder): number => (after[name] - before[name]) / orders;
  return {
    heapBytes: of('heapBytes'),
    externalBytes: of('externalBytes'),
    rssBytes: of('rssBytes'),
    diskBytes: of('diskBytes'),
  };
}
