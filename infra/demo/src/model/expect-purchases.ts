import type { Currency, PlannedPurchase, PurchasePlan } from '../plan/plan-purchases.ts';
import { currencies } from '../plan/plan-purchases.ts';

/**
 * What must be in the shop in the end, by contract 3: whoever paid has the goods and is out of the
 * money, whoever did not is out of nothing, and nothing is left put aside.
 */
export interface ExpectedShop {
  readonly plan: PurchasePlan;
  /** Pieces by the name of the goods. */
  readonly pieces: ReadonlyMap<string, number>;
  /** Minor units, as the plan has its buyers and {@link currencies}. */
  readonly balances: readonly (readonly { readonly of: Currency; readonly minor: bigint }[])[];
}

export function expectedShop(plan: PurchasePlan): ExpectedShop {
  const paid = plan.purchases.filter(({ kind }) => kind.end.order === 'PAID');
  return {
    plan,
    pieces: new Map(plan.goods.map(({ name, stock }) => [name, stock - soldOf(paid, name)])),
    balances: plan.buyers.map(({ name, creditMinor }) =>
      currencies.map((of) => ({ of, minor: creditMinor[of] - spentBy(paid, name, of) })),
    ),
  };
}

const soldOf = (paid: readonly PlannedPurchase[], name: string): number =>
  paid
    .flatMap(({ items }) => items)
    .reduce((sum, { goods, quantity }) => sum + (goods === name ? quantity : 0), 0);

const spentBy = (paid: readonly PlannedPurchase[], name: string, of: Currency): bigint =>
  paid
    .filter(({ buyer, currency }) => buyer === name && currency === of)
    .reduce((sum, { balanceMinor }) => sum + balanceMinor, 0n);

/** With one piece more than there can be: a demo that cannot fail shows nothing. */
export function withPlantedPiece(expected: ExpectedShop): ExpectedShop {
  const [first] = expected.plan.goods;
  if (first === undefined) return expected;
  const pieces = new Map(expected.pieces);
  return { ...expected, pieces: pieces.set(first.name, (pieces.get(first.name) ?? 0) + 1) };
}
