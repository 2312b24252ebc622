import type {
  AccountsEvent,
  CheckoutEvent,
  InventoryEvent,
  OrderCreated,
  OrdersEvent,
} from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { isReadable, keyOf, ownEntries } from '../history/history.ts';
import { takenIn } from '../oracles/parking.ts';
import type { Checker } from './checker.ts';

/** I7, and no checkout is left hanging. */
export const commerceChecker: Checker = {
  name: 'commerce',
  title: 'stock and money are never below zero, go where the end of their order says, and add up',
  check(history) {
    const found: Violation[] = [];
    const goods = foldStock(history, found);
    const money = foldMoney(history, found);
    return [...found, ...purchasesOf(history, goods, money)];
  },
};

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

function foldStock(history: History, found: Violation[]): Asides {
  const pots = new Map<string, Pot>();
  const asides = new Map<string, Aside>();
  for (const entry of ownEntries(history, topics.inventoryEvents.name)) {
    const event = entry.payload as InventoryEvent;
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
        const step = { id, orderNo, quantity: BigInt(quantity), how: event.type };
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

function foldMoney(history: History, found: Violation[]): Asides {
  const pots = new Map<string, Pot>();
  const asides = new Map<string, Aside>();
  for (const entry of ownEntries(history, topics.accountsEvents.name)) {
    const event = entry.payload as AccountsEvent;
    if (event.type === 'HoldBarred') continue;
    const { account, amountMinor, currency } = event.data;
    const name = `${account} ${currency}`;
    const pot = potOf(pots, name);
    if (event.type === 'AccountCredited') pot.inside += amountMinor;
    else if (event.type === 'AccountDebited') pot.inside -= amountMinor;
    else {
      const { holdId, orderNo } = event.data;
      const step = { id: `${account} ${holdId}`, orderNo, quantity: amountMinor, how: event.type };
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
  if (known?.state !== 'open') return wrong();
  pot.aside -= quantity;
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

function readPurchases(history: History): ReadonlyMap<string, Purchase> {
  const heard = new Set(takenIn(history, topics.ordersEvents.name));
  const purchases = new Map<string, Purchase>();
  for (const entry of ownEntries(history, topics.ordersEvents.name)) {
    const event = entry.payload as OrdersEvent;
    const key = keyOf(entry);
    if (event.type === 'OrderCreated' && event.data.purchase !== null) {
      const isHeard = heard.has(entry);
      purchases.set(key, { created: event.data, end: null, heard: isHeard, checkout: null });
    }
    const purchase = purchases.get(key);
    const end = ends[event.type];
    if (purchase === undefined || end === undefined) continue;
    purchase.end = end;
    purchase.heard &&= heard.has(entry);
  }
  for (const entry of history.committed(topics.checkoutEvents.name).filter(isReadable)) {
    const purchase = purchases.get(keyOf(entry));
    const { type } = entry.payload as CheckoutEvent;
    if (purchase === undefined) continue;
    if (type === 'CheckoutCompleted' || type === 'CheckoutCompensated') purchase.checkout = type;
  }
  return purchases;
}

function purchasesOf(history: History, goods: Asides, money: Asides): readonly Violation[] {
  const [goodsOf, moneyOf] = [byOrder(goods), byOrder(money)];
  return [...readPurchases(history)].flatMap(([key, purchase]) => {
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
