import { describe, expect, it } from 'vitest';
import { expectedShop, withPlantedPiece } from '../model/expect-purchases.ts';
import { currencies, planPurchases } from '../plan/plan-purchases.ts';
import type { FoundShop } from './compare-purchases.ts';
import { comparePurchases } from './compare-purchases.ts';

const plan = planPurchases({ seed: 1, orders: 20 });
const expected = expectedShop(plan);
const journals = plan.purchases.map((planned) => ({
  ...{ planned, orderNo: `O${planned.index}`, problem: null, tookMs: 1_000 },
}));

/** Everything as the plan has it. */
const right: FoundShop = {
  purchases: plan.purchases.map(({ index, kind: { end } }) => ({
    ...{ orderNo: `O${index}`, status: end.order, checkout: end.checkout },
    ...{ because: end.because, payUrl: null },
  })),
  stock: plan.goods.map(({ name }) => ({ onHand: expected.pieces.get(name) ?? 0, reserved: 0 })),
  balances: plan.buyers.map(({ name, creditMinor }) =>
    currencies.map((currency) => {
      const spent = plan.purchases
        .filter((p) => p.kind.end.order === 'PAID' && p.buyer === name && p.currency === currency)
        .reduce((sum, { balanceMinor }) => sum + balanceMinor, 0n);
      return { currency, balanceMinor: creditMinor[currency] - spent, heldMinor: 0n };
    }),
  ),
};

const differencesOf = (found: Partial<FoundShop>, of = expected) =>
  comparePurchases({
    ...{ expected: of, journals, alertsAbout: [] },
    found: { ...right, ...found },
  }).differences.map(({ what, expected: should, found: is }) => `${what}: ${should} | ${is}`);

describe('purchases, expected against found', () => {
  it('finds nothing where nothing is wrong, and counts', () => {
    const result = comparePurchases({ expected, journals, found: right, alertsAbout: ['H1'] });
    expect(result.differences).toEqual([]);
    expect(result.kinds.every((kind) => kind.expected === kind.found && kind.found > 0)).toBe(true);
    expect(result.sums.every((sum) => sum.expected === sum.found)).toBe(true);
    expect(result.alerts).toBe(0);
  });

  it('counts alerts about purchases', () => {
    const about = { expected, journals, found: right, alertsAbout: ['O3', 'O3', 'H1'] };
    expect(comparePurchases(about).alerts).toBe(2);
  });

  it('names a purchase that ended otherwise, and one that could not be led to its end', () => {
    const [first, ...rest] = right.purchases;
    const wrong = first && { ...first, checkout: 'FINISHING' };
    expect(differencesOf({ purchases: [wrong ?? null, ...rest] })).toHaveLength(1);
    expect(differencesOf({ purchases: [null, ...rest] })[0]).toContain('| never taken');
    const [journal, ...others] = journals;
    if (journal === undefined) throw new Error('there is a purchase');
    const stuck = comparePurchases({
      ...{ expected, found: right, alertsAbout: [] },
      journals: [{ ...journal, problem: 'it shows nothing' }, ...others],
    });
    expect(stuck.differences.map(({ found }) => found)).toEqual(['it shows nothing']);
  });

  it('names goods and money that are missing or still put aside, whatever the sums are', () => {
    const stock = right.stock.map(({ onHand, reserved }, at) => ({
      onHand: onHand + ([1, -1][at] ?? 0),
      reserved: at === 2 ? reserved + 1 : reserved,
    }));
    const names = plan.goods.map(({ name }) => `pieces of ${name}`);
    expect(differencesOf({ stock }).map((text) => text.split(':')[0])).toEqual(names.slice(0, 3));
    const balances = right.balances.map((own, buyer) =>
      own.map((each) => (buyer === 0 ? { ...each, heldMinor: 1n } : each)),
    );
    expect(differencesOf({ balances })).toHaveLength(currencies.length);
    expect(differencesOf({ balances: [] })).toHaveLength(currencies.length * plan.buyers.length);
  });

  it('names a piece that was planted', () => {
    expect(differencesOf({}, withPlantedPiece(expected))).toHaveLength(1);
  });
});
