/** An order that waits for money: payable, not yet paid, closed or expired. */
export interface ActiveOrder {
  readonly orderId: string;
  /** The merchant's id. */
  readonly pid: string;
  /** The account that is to be paid into. */
  readonly aid: string;
  /** The channel of the account. */
  readonly cid: string;
  /** The pay way, such as `wxpay` or `alipay`. */
  readonly type: string;
  /** Epoch ms. */
  readonly expiresAtMs: number;
  /** Listening mode. */
  readonly pattern: 0 | 1;
}

/** The fields of contract 0, in its order. */
export const orderFieldNames = [
  ...(['orderId', 'pid', 'aid', 'cid', 'type', 'expiresAt', 'pattern'] as const),
] as const;

/** An active order as clients see it: in the stream, over HTTP and in the file. All are text. */
export type OrderFields = Readonly<Record<(typeof orderFieldNames)[number], string>>;

/** Errors: RangeError for an expiry that is no time. */
export const fieldsOf = (order: ActiveOrder): OrderFields => ({
  orderId: order.orderId,
  pid: order.pid,
  aid: order.aid,
  cid: order.cid,
  type: order.type,
  expiresAt: new Date(order.expiresAtMs).toISOString(),
  pattern: String(order.pattern),
});

/**
 * What ends first comes first. Of two attempts at one order that wait at once the one that waits
 * longer is shown.
 */
export function soonestFirst(orders: readonly ActiveOrder[]): readonly ActiveOrder[] {
  const byId = new Map<string, ActiveOrder>();
  for (const order of orders) {
    const known = byId.get(order.orderId);
    if (known === undefined || order.expiresAtMs > known.expiresAtMs)
      byId.set(order.orderId, order);
  }
  return [...byId.values()].sort(
    (one, other) => one.expiresAtMs - other.expiresAtMs || (one.orderId < other.orderId ? -1 : 1),
  );
}
