import { purchasesPerOrder } from '../limits.ts';
import type { PurchaseKind } from './purchase-kinds.ts';
import { purchaseKinds } from './purchase-kinds.ts';
import type { Random } from './random.ts';
import { seededRandom, shuffled, wholeBetween } from './random.ts';

/** PayPay takes yen, which have no decimals; Lakala takes yuan. */
export const currencies = ['CNY', 'JPY'] as const;
export type Currency = (typeof currencies)[number];

export const channelOf = { CNY: 'LAKALA', JPY: 'PAYPAY' } as const;

/** What the shop sells. Names are made unique to the run by its prefix. */
export interface PlannedGoods {
  readonly name: string;
  readonly currency: Currency;
  readonly unitAmountMinor: bigint;
  /** Pieces before anybody buys. */
  readonly stock: number;
}

export interface PlannedBuyer {
  readonly name: string;
  /** On the account before they buy. */
  readonly creditMinor: Readonly<Record<Currency, bigint>>;
}

export interface PlannedPurchase {
  readonly index: number;
  readonly kind: PurchaseKind;
  readonly buyer: string;
  readonly currency: Currency;
  readonly items: readonly { readonly goods: string; readonly quantity: number }[];
  readonly amountMinor: bigint;
  /** What of it the buyer's account is to pay. */
  readonly balanceMinor: bigint;
}

export interface PurchasePlan {
  readonly goods: readonly PlannedGoods[];
  readonly buyers: readonly PlannedBuyer[];
  readonly purchases: readonly PlannedPurchase[];
}

/** Enough of everything for everybody, and this much left over. */
const leftOver = 5;
const changeMinor = 700n;
/** Less than any basket asks of an account. */
const nearlyNothingMinor = 1n;

const prices: readonly Omit<PlannedGoods, 'stock'>[] = [
  { name: 'longjing', currency: 'CNY', unitAmountMinor: 9_800n },
  { name: 'gaiwan', currency: 'CNY', unitAmountMinor: 4_550n },
  { name: 'tin', currency: 'CNY', unitAmountMinor: 1_990n },
  { name: 'sencha', currency: 'JPY', unitAmountMinor: 1_500n },
  { name: 'yunomi', currency: 'JPY', unitAmountMinor: 1_200n },
  { name: 'kyusu', currency: 'JPY', unitAmountMinor: 6_800n },
];

const soldOut: readonly Omit<PlannedGoods, 'stock'>[] = [
  { name: 'first-flush', currency: 'CNY', unitAmountMinor: 88_000n },
  { name: 'gyokuro', currency: 'JPY', unitAmountMinor: 9_900n },
];

const solvent = ['ann', 'bob'] as const;
const poor = 'tom';

/** The same seed and number of orders give the same plan. */
export function planPurchases(of: {
  readonly seed: number;
  readonly orders: number;
}): PurchasePlan {
  // Numbers of its own: the orders' plan of a seed stays what it is.
  const random = seededRandom(of.seed ^ 0x5eed);
  const count = Math.max(purchaseKinds.length, Math.round(of.orders * purchasesPerOrder));
  const kinds = Array.from(
    { length: Math.ceil(count / purchaseKinds.length) },
    () => purchaseKinds,
  );
  const purchases = shuffled(random, kinds.flat().slice(0, count)).map((kind, index) =>
    planOne(random, kind, index),
  );
  const stockOf = (name: string): number =>
    purchases
      .flatMap(({ items }) => items)
      .reduce((sum, { goods, quantity }) => sum + (goods === name ? quantity : 0), leftOver);
  const creditOf = (name: string, currency: Currency): bigint =>
    purchases
      .filter((each) => each.buyer === name && each.currency === currency)
      .reduce((sum, { balanceMinor }) => sum + balanceMinor, changeMinor);
  return {
    goods: [
      ...prices.map((goods) => ({ ...goods, stock: stockOf(goods.name) })),
      ...soldOut.map((goods) => ({ ...goods, stock: 0 })),
    ],
    buyers: [
      ...solvent.map((name) => ({
        name,
        creditMinor: { CNY: creditOf(name, 'CNY'), JPY: creditOf(name, 'JPY') },
      })),
      { name: poor, creditMinor: { CNY: nearlyNothingMinor, JPY: nearlyNothingMinor } },
    ],
    purchases,
  };
}

function planOne(random: Random, kind: PurchaseKind, index: number): PlannedPurchase {
  const currency = currencies[wholeBetween(random, 0, currencies.length - 1)] ?? 'CNY';
  const buyer = solvent[wholeBetween(random, 0, solvent.length - 1)] ?? 'ann';
  const inStock = prices.filter((goods) => goods.currency === currency);
  const chosen = shuffled(random, inStock).slice(0, wholeBetween(random, 1, inStock.length));
  // What is there is reserved first, and must be given back.
  const missing = kind.lacks === 'goods' ? soldOut.filter((g) => g.currency === currency) : [];
  const lines = [...chosen, ...missing].map(({ name, unitAmountMinor }) => ({
    ...{ goods: name, quantity: wholeBetween(random, 1, 3), unitAmountMinor },
  }));
  const amountMinor = lines.reduce((s, l) => s + BigInt(l.quantity) * l.unitAmountMinor, 0n);
  const shares = { channel: 0n, account: amountMinor, both: amountMinor / 3n };
  return {
    ...{ index, kind, currency, amountMinor, balanceMinor: shares[kind.paidFrom] },
    buyer: kind.lacks === 'money' ? poor : buyer,
    items: lines.map(({ goods, quantity }) => ({ goods, quantity })),
  };
}
