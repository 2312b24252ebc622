import { describe, expect, it } from 'vitest';
import { ordersMin } from '../limits.ts';
import type { PurchasePlan } from './plan-purchases.ts';
import { planPurchases } from './plan-purchases.ts';
import { purchaseKinds } from './purchase-kinds.ts';

const kindsOf = ({ purchases }: PurchasePlan) => purchases.map(({ kind }) => kind.name);

describe('the plan of purchases', () => {
  it('is a function of its seed', () => {
    expect(planPurchases({ seed: 7, orders: 300 })).toEqual(
      planPurchases({ seed: 7, orders: 300 }),
    );
    expect(kindsOf(planPurchases({ seed: 7, orders: 300 }))).not.toEqual(
      kindsOf(planPurchases({ seed: 8, orders: 300 })),
    );
  });

  it.each([
    [ordersMin, purchaseKinds.length],
    [300, 18],
    [1_000, 60],
  ])('has every kind beside %i orders, %i in all', (orders, count) => {
    const kinds = kindsOf(planPurchases({ seed: 1, orders }));
    expect(kinds).toHaveLength(count);
    expect(new Set(kinds)).toEqual(new Set(purchaseKinds.map(({ name }) => name)));
  });

  it('lacks goods and money only where it says so', () => {
    const { goods, buyers, purchases } = planPurchases({ seed: 3, orders: 1_000 });
    const stock = new Map(goods.map((each) => [each.name, each.stock]));
    for (const { kind, items, buyer, currency, balanceMinor } of purchases) {
      const isMissing = items.some(({ goods: name }) => stock.get(name) === 0);
      expect(isMissing, kind.name).toBe(kind.lacks === 'goods');
      const credit = buyers.find(({ name }) => name === buyer)?.creditMinor[currency] ?? 0n;
      expect(credit < balanceMinor, kind.name).toBe(kind.lacks === 'money');
    }
    for (const { name, stock: pieces } of goods.filter((each) => each.stock > 0)) {
      const wanted = purchases.flatMap(({ items }) => items).filter((i) => i.goods === name);
      expect(pieces).toBeGreaterThanOrEqual(wanted.reduce((s, { quantity }) => s + quantity, 0));
    }
  });

  it('reserves something before it finds that something is missing', () => {
    const { purchases } = planPurchases({ seed: 2, orders: 1_000 });
    const short = purchases.filter(({ kind }) => kind.lacks === 'goods');
    expect(short.every(({ items }) => items.length > 1)).toBe(true);
  });

  it('asks an account for all, for a part or for nothing, as its kind says', () => {
    for (const { kind, amountMinor, balanceMinor } of planPurchases({ seed: 4, orders: 1_000 })
      .purchases) {
      if (kind.paidFrom === 'account') expect(balanceMinor).toBe(amountMinor);
      else if (kind.paidFrom === 'channel') expect(balanceMinor).toBe(0n);
      else expect(balanceMinor > 1n && balanceMinor < amountMinor).toBe(true);
    }
  });
});
