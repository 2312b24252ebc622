/** What becomes of a purchase: its order, its checkout, and who refused it, as a code. */
export interface PurchaseEnd {
  readonly order: 'PAID' | 'FAILED' | 'CANCELLED' | 'EXPIRED';
  readonly checkout: 'COMPLETED' | 'COMPENSATED';
  readonly because: string | null;
}

/** How a purchase is paid, at which step its checkout fails, if it does, and how it must end. */
export interface PurchaseKind {
  readonly name: string;
  readonly paidFrom: 'channel' | 'account' | 'both';
  /** What there is too little of. */
  readonly lacks: 'goods' | 'money' | null;
  /** Who does what once it can be paid; null when nobody has to do anything. */
  readonly then: 'pay' | 'decline' | 'cancel' | 'let it pass' | null;
  /** How many times it is asked for at once, with one key. */
  readonly times: 1 | 2;
  readonly end: PurchaseEnd;
}

const paid: PurchaseEnd = { order: 'PAID', checkout: 'COMPLETED', because: null };
const unpaid = (order: PurchaseEnd['order'], because: string | null = null): PurchaseEnd => ({
  ...{ order, checkout: 'COMPENSATED', because },
});

const kind = (
  name: string,
  end: PurchaseEnd,
  how: Pick<PurchaseKind, 'paidFrom'> & Partial<PurchaseKind>,
): PurchaseKind => ({ name, end, lacks: null, then: null, times: 1, ...how });

const both = { paidFrom: 'both' } as const;

/** Contract 3: each step of a checkout can fail, and what was done before it is undone then. */
export const purchaseKinds: readonly PurchaseKind[] = [
  kind('paid by a channel', paid, { paidFrom: 'channel', then: 'pay' }),
  kind('paid from the account', paid, { paidFrom: 'account' }),
  kind('paid by both', paid, { ...both, then: 'pay' }),
  kind('asked for twice at once', paid, { paidFrom: 'account', times: 2 }),
  kind('sold out', unpaid('FAILED', 'STOCK_INSUFFICIENT'), { ...both, lacks: 'goods' }),
  kind('too little money', unpaid('FAILED', 'FUNDS_INSUFFICIENT'), { ...both, lacks: 'money' }),
  kind('declined at the gateway', unpaid('FAILED'), { ...both, then: 'decline' }),
  kind('cancelled while it waits', unpaid('CANCELLED'), { ...both, then: 'cancel' }),
  kind('not paid in time', unpaid('EXPIRED'), { ...both, then: 'let it pass' }),
];
