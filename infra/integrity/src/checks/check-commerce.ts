import type {
  AccountsEvent,
  CheckoutEvent,
  InventoryEvent,
  OrderCreated,
  OrdersEvent,
} from '@plumbline/events';
import type { Violation } from './violation.ts';
import { violation } from './violation.ts';

/** Committed events, each topic in the order of its partitions. */
export interface CommerceLog {
  readonly inventory: readonly InventoryEvent[];
  readonly accounts: readonly AccountsEvent[];
  readonly orders: readonly {
    readonly key: string;
    readonly event: OrdersEvent;
    /** Whether its checkout can have heard of it. */
    readonly isHeard: boolean;
  }[];
  readonly checkouts: readonly { readonly key: string; readonly event: CheckoutEvent }[];
}

/** I7: stock and money add up and went where the order's end says, and no checkout hangs. */
export function commerceViolations(log: CommerceLog): readonly Violation[] {
  const found: Violation[] = [];
  const goods = foldStock(log.inventory, found);
  const money = foldMoney(log.accounts, found);
  return [...found, ...purchasesOf(log, goods, money)];
}

/** What became of one thing that was put aside, by its id. */
interface Aside {
  readonly what: string;
  readonly orderNo: string | null;
  readonly quantity: bigint;
  state: 'open' | 'taken' | 'free';
  /** How often it left for good. */
  taken: number;
}

type Asides = ReadonlyMap<string, Aside>;

/** One pot of pieces or of money: what is in it, and what of that is put aside. */
interface Pot {
  inside: bigint;
  aside: bigint;
}

function foldStock(events: readonly InventoryEvent[], found: Violation[]): Asides {
  const pots = new Map<string, Pot>();
  const asides = new Map<string, Aside>();
  for (const event of events) {
    const { sku } = event.data;
    const pot = potOf(pots, sku);
    switch (event.type) {
      case 'StockReceived':
        pot.inside += BigInt(event.data.quantity);
        break;
      case 'StockWrittenOff':
        pot.inside -= BigInt(event.data.quantity);
        break;
      case 'StockReserved':
      case 'StockConfirmed':
      case 'StockReleased':
      case 'ReservationExpired': {
        const { reservationId, orderNo, quantity } = event.data;
        const id = `${sku} ${reservationId}`;
        const isAnew = 'afterExpiry' in event.data && event.data.afterExpiry;
        const step = { id, orderNo, quantity: BigInt(quantity), how: event.type, isAnew };
        found.push(...moved(pot, asides, step));
        break;
      }
      case 'ItemDescribed':
      case 'ReservationBarred':
        break;
    }
    found.push(...overdrawn(pot, `stock of ${sku}`));
  }
  return asides;
}

function foldMoney(events: readonly AccountsEvent[], found: Violation[]): Asides {
  const pots = new Map<string, Pot>();
  const asides = new Map<string, Aside>();
  for (const event of events) {
    if (event.type === 'HoldBarred') continue;
    const { account, amountMinor, currency } = event.data;
    const name = `${account} ${currency}`;
    const pot = potOf(pots, name);
    if (event.type === 'AccountCredited') pot.inside += amountMinor;
    else if (event.type === 'AccountDebited') pot.inside -= amountMinor;
    else {
      const { holdId, orderNo } = event.data;
      const isAnew = 'afterExpiry' in event.data && event.data.afterExpiry;
      const id = `${account} ${holdId}`;
      const step = { id, orderNo, quantity: amountMinor, how: event.type, isAnew };
      found.push(...moved(pot, asides, step));
    }
    found.push(...overdrawn(pot, `balance of ${name}`));
  }
  return asides;
}

function potOf(pots: Map<string, Pot>, name: string): Pot {
  const pot = pots.get(name) ?? { inside: 0n, aside: 0n };
  pots.set(name, pot);
  return pot;
}

const overdrawn = ({ inside, aside }: Pot, what: string): readonly Violation[] =>
  inside < 0n || aside < 0n || aside > inside
    ? [violation('I7', `${what} is ${inside}, of which ${aside} is put aside`)]
    : [];

/** What an event does to what was put aside under its id; each end comes once. */
function moved(
  pot: Pot,
  asides: Map<string, Aside>,
  step: {
    readonly id: string;
    readonly orderNo: string | null;
    readonly quantity: bigint;
    readonly how: string;
    readonly isAnew: boolean;
  },
): readonly Violation[] {
  const { id, orderNo, quantity, how } = step;
  const known = asides.get(id);
  const wrong = (): readonly Violation[] => [
    violation('I7', `${id}: ${how} when it was ${known?.state ?? 'never put aside'}`),
  ];
  if (how === 'StockReserved' || how === 'FundsHeld') {
    asides.set(id, { what: id, orderNo, quantity, state: 'open', taken: 0 });
    pot.aside += quantity;
    return known === undefined ? [] : wrong();
  }
  // Whose time was over took it anew, and says so.
  const isAnew = step.isAnew && known?.state === 'free';
  if (known?.state !== 'open' && !isAnew) return wrong();
  if (!isAnew) pot.aside -= quantity;
  const isTaken = how === 'StockConfirmed' || how === 'HoldCaptured';
  known.state = isTaken ? 'taken' : 'free';
  if (isTaken) {
    pot.inside -= quantity;
    known.taken += 1;
  }
  return known.quantity === quantity ? [] : wrong();
}

interface Purchase {
  readonly created: OrderCreated;
  end: string | null;
  /** The end as its checkout could hear of it. */
  heard: boolean;
  checkout: string | null;
}

const ends: Readonly<Record<string, string>> = {
  ...{ OrderPaid: 'PAID', OrderPaidFromBalance: 'PAID', OrderFailed: 'FAILED' },
  ...{ OrderExpired: 'EXPIRED', OrderCancelled: 'CANCELLED' },
};

function readPurchases({ orders, checkouts }: CommerceLog): ReadonlyMap<string, Purchase> {
  const purchases = new Map<string, Purchase>();
  for (const { key, event, isHeard } of orders) {
    if (event.type === 'OrderCreated' && event.data.purchase !== null)
      purchases.set(key, { created: event.data, end: null, heard: isHeard, checkout: null });
    const purchase = purchases.get(key);
    const end = ends[event.type];
    if (purchase === undefined || end === undefined) continue;
    purchase.end = end;
    purchase.heard &&= isHeard;
  }
  for (const { key, event } of checkouts) {
    const purchase = purchases.get(key);
    if (purchase === undefined) continue;
    if (event.type === 'CheckoutCompleted' || event.type === 'CheckoutCompensated')
      purchase.checkout = event.type;
  }
  return purchases;
}

function purchasesOf(log: CommerceLog, goods: Asides, money: Asides): readonly Violation[] {
  const [goodsOf, moneyOf] = [byOrder(goods), byOrder(money)];
  return [...readPurchases(log)].flatMap(([key, purchase]) => {
    const { created, end, heard, checkout } = purchase;
    if (!heard) return [];
    const own = [...(goodsOf.get(created.orderNo) ?? []), ...(moneyOf.get(created.orderNo) ?? [])];
    if (end === null) {
      const early = own.filter(({ state }) => state === 'taken');
      return early.map(({ what }) => violation('I7', `${key} has not ended, and ${what} is taken`));
    }
    const expected = end === 'PAID' ? 'CheckoutCompleted' : 'CheckoutCompensated';
    if (checkout !== expected) {
      return [violation('I7', `${key} ended ${end}, and its checkout ${checkout ?? 'hangs'}`)];
    }
    return [
      ...wronglyAside(key, end, own),
      ...(end === 'PAID' ? missing(key, created, goodsOf, moneyOf) : []),
    ];
  });
}

function byOrder(asides: Asides): ReadonlyMap<string, readonly Aside[]> {
  const found = new Map<string, Aside[]>();
  for (const aside of asides.values()) {
    const own = found.get(aside.orderNo ?? '') ?? [];
    found.set(aside.orderNo ?? '', [...own, aside]);
  }
  return found;
}

const wronglyAside = (key: string, end: string, own: readonly Aside[]): readonly Violation[] =>
  own
    .filter(({ state, taken }) => state !== (end === 'PAID' ? 'taken' : 'free') || taken > 1)
    .map(({ what, state }) => violation('I7', `${key} ended ${end}, and ${what} is ${state}`));

/** Whoever paid got every piece, and paid from the account what was to come from there. */
function missing(
  key: string,
  { orderNo, items, purchase }: OrderCreated,
  goodsOf: ReadonlyMap<string, readonly Aside[]>,
  moneyOf: ReadonlyMap<string, readonly Aside[]>,
): readonly Violation[] {
  const sum = (asides: readonly Aside[] = []): bigint =>
    asides.reduce((total, { quantity }) => total + quantity, 0n);
  const pieces = items.reduce((total, { quantity }) => total + BigInt(quantity), 0n);
  const balance = purchase?.balanceMinor ?? 0n;
  const got = sum(goodsOf.get(orderNo));
  const paid = sum(moneyOf.get(orderNo));
  return [
    ...(got === pieces ? [] : [violation('I7', `${key}: ${got} of ${pieces} pieces went out`)]),
    ...(paid === balance
      ? []
      : [violation('I7', `${key}: ${paid} of ${balance} came off the account`)]),
  ];
}
