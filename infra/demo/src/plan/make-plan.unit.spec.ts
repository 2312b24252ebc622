import { describe, expect, it } from 'vitest';
import { ordersMin } from '../limits.ts';
import { makePlan } from './make-plan.ts';
import { paidAtOnce, stories } from './stories.ts';

const namesOf = (seed: number, orders: number) =>
  makePlan({ seed, orders }).map(({ story }) => story.name);

describe('the plan', () => {
  it('is a function of its seed', () => {
    expect(makePlan({ seed: 7, orders: 100 })).toEqual(makePlan({ seed: 7, orders: 100 }));
    expect(namesOf(7, 100)).not.toEqual(namesOf(8, 100));
  });

  it('is the same on every machine and in every version', () => {
    const begin = makePlan({ seed: 1, orders: 300 }).slice(0, 3);
    expect(begin.map(({ story, amountMinor }) => [story.name, amountMinor])).toEqual([
      ['paid at once', 38_716n],
      ['contradicted by the same id', 62_904n],
      ['declined', 12_326n],
    ]);
  });

  it.each([ordersMin, 300, 1_000])('tells every story among %i orders', (orders) => {
    const names = namesOf(1, orders);
    expect(names).toHaveLength(orders);
    expect(new Set(names)).toEqual(new Set([paidAtOnce, ...stories].map(({ name }) => name)));
  });

  it('leaves most orders to be paid at once', () => {
    const paid = namesOf(1, 300).filter((name) => name === paidAtOnce.name);
    expect(paid.length).toBeGreaterThan(150);
  });

  it('has amounts that are the sums of their items', () => {
    for (const { items, amountMinor } of makePlan({ seed: 3, orders: 50 })) {
      const sums = items.map(({ quantity, unitAmountMinor }) => BigInt(quantity) * unitAmountMinor);
      expect(sums.reduce((a, b) => a + b)).toBe(amountMinor);
      expect(new Set(items.map(({ sku }) => sku)).size).toBe(items.length);
    }
  });
});

describe('the stories', () => {
  it('have names of their own', () => {
    const names = [paidAtOnce, ...stories].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([...stories])('report only payments that they opened: $name', ({ steps }) => {
    const first = steps.findIndex((step) => step.do === 'report' || step.do === 'see-payment');
    const opened = steps.findIndex((step) => step.do === 'open-payment');
    if (first >= 0) expect(opened).toBeLessThan(first);
  });

  it.each(stories.filter(({ expires }) => expires))(
    'report nothing genuine that could race with the deadline: $name',
    ({ steps }) => {
      const seen = steps.findIndex((step) => step.do === 'see-order' && step.status === 'EXPIRED');
      const early = steps.slice(0, seen).filter((step) => step.do === 'report' && !step.forged);
      expect(seen).toBeGreaterThan(0);
      expect(early).toEqual([]);
    },
  );
});
