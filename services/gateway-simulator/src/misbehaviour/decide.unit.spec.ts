import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideAutopay } from './autopay.ts';
import type { Moment } from './decide.ts';
import { decideMisbehaviour } from './decide.ts';
import type { Rule } from './rule.ts';

const rule = (change: Partial<Rule> = {}): Rule =>
  ({
    ...{ id: 'r1', gateway: null, reference: null, on: 'callback', what: 'lose' },
    ...{ probability: 1, times: null, ms: null, copies: 2, garble: 'body' },
    ...change,
  }) as Rule;

const moment = (change: Partial<Moment> = {}): Moment => ({
  ...{ gateway: 'mock', reference: 'PAY1', on: 'callback', counter: 0 },
  ...{ canGarble: ['body'], fired: new Map() },
  ...change,
});

const idOf = (rules: readonly Rule[], at: Moment, seed = '0') =>
  decideMisbehaviour(rules, seed, at)?.id ?? null;

describe('a decision to misbehave', () => {
  it('is made by the first rule that fits', () => {
    const rules = [
      rule({ id: 'other-gateway', gateway: 'lakala' }),
      rule({ id: 'other-payment', reference: 'PAY2' }),
      rule({ id: 'other-occasion', on: 'query', what: 'late' }),
      rule({ id: 'not-possible', what: 'garble', garble: 'amount' }),
      rule({ id: 'never', probability: 0 }),
      rule({ id: 'this' }),
      rule({ id: 'too-late' }),
    ];
    expect(idOf(rules, moment())).toBe('this');
    expect(idOf(rules, moment({ reference: 'PAY2' }))).toBe('other-payment');
    expect(idOf(rules, moment({ on: 'query' }))).toBe('other-occasion');
    expect(idOf(rules, moment({ canGarble: ['amount'] }))).toBe('not-possible');
    expect(idOf([], moment())).toBeNull();
  });

  it('is made as often as a rule says, for each reference', () => {
    const twice = [rule({ times: 2 })];
    const after = (fired: number) => idOf(twice, moment({ fired: new Map([['r1', fired]]) }));
    expect([0, 1, 2, 3].map(after)).toEqual(['r1', 'r1', null, null]);
    expect(idOf(twice, moment({ fired: new Map([['r2', 9]]) }))).toBe('r1');
  });

  it('depends on seed, rule, reference, occasion and counter, and on nothing else', () => {
    const half = [rule({ probability: 0.5 })];
    const series = (seed: string, change: Partial<Moment> = {}, rules = half) =>
      Array.from({ length: 64 }, (_, counter) => idOf(rules, moment({ counter, ...change }), seed));
    expect(series('a')).toEqual(series('a'));
    const others = [
      series('b'),
      series('a', { reference: 'PAY2' }),
      series('a', { gateway: 'lakala' }),
      series('a', {}, [rule({ id: 'r2', probability: 0.5 })]),
    ];
    for (const other of others) expect(other).not.toEqual(series('a'));
  });

  it('is drawn about as often as its probability', () => {
    for (const probability of [0.1, 0.5, 0.9]) {
      const fired = Array.from({ length: 4_000 }, (_, counter) =>
        idOf([rule({ probability })], moment({ counter })),
      ).filter((id) => id !== null).length;
      expect(Math.abs(fired / 4_000 - probability)).toBeLessThan(0.03);
    }
  });

  it('is the same in whatever order payments come', () => {
    const rules = [rule({ probability: 0.3 }), rule({ id: 'r2', probability: 0.3, what: 'delay' })];
    const moments = fc.array(fc.record({ reference: fc.string(), counter: fc.nat({ max: 20 }) }), {
      minLength: 2,
    });
    fc.assert(
      fc.property(moments, fc.string(), (all, seed) => {
        const decide = (one: { reference: string; counter: number }) =>
          [one.reference, one.counter, idOf(rules, moment(one), seed)].join();
        const forwards = all.map(decide);
        expect([...all].reverse().map(decide).reverse()).toEqual(forwards);
      }),
    );
  });
});

describe('the payer of new payments', () => {
  const always = {
    ...{ gateway: null, probability: 1, declineProbability: 0, delayMsMin: 100, delayMsMax: 200 },
  };

  it('pays within the bounds, the same payment always at the same time', () => {
    const waits = Array.from({ length: 200 }, (_, index) => {
      const at = { gateway: 'mock', reference: `PAY${index}` } as const;
      const decision = decideAutopay([always], 's', at);
      expect(decideAutopay([always], 's', at)).toEqual(decision);
      return decision.kind === 'pay' ? decision.afterMs : -1;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...waits)).toBeLessThanOrEqual(200);
    expect(new Set(waits).size).toBeGreaterThan(50);
  });

  it('declines and stays away as often as it is told', () => {
    const rules = [{ ...always, probability: 0.5, declineProbability: 0.2 }];
    const kinds = Array.from(
      { length: 4_000 },
      (_, index) => decideAutopay(rules, 's', { gateway: 'mock', reference: `P${index}` }).kind,
    );
    const share = (kind: string): number => kinds.filter((one) => one === kind).length / 4_000;
    expect(Math.abs(share('nothing') - 0.5)).toBeLessThan(0.03);
    expect(Math.abs(share('decline') - 0.1)).toBeLessThan(0.03);
  });

  it('is told by the first rule for the gateway', () => {
    const rules = [{ ...always, gateway: 'paypay' as const, probability: 0 }, always];
    const kindAt = (gateway: 'mock' | 'paypay') =>
      decideAutopay(rules, 's', { gateway, reference: 'P' }).kind;
    expect([kindAt('paypay'), kindAt('mock')]).toEqual(['nothing', 'pay']);
  });
});
