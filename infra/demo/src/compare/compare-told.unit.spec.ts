import { describe, expect, it } from 'vitest';
import type { Delivery } from '../driver/merchant.ts';
import type { Expected } from '../model/expect.ts';
import { compareTold, isTold } from './compare-told.ts';

const none = { raised: 0, resolved: 0 };
const order = (orderNo: string, payment: Expected['payment']): Expected => ({
  ...{ orderNo, story: 'test', status: 'PAID', payment, wrongAnswers: [] },
  alerts: { A: none, B: none, C: none },
});
const expected = [order('H1', 'SUCCESS'), order('H2', 'FAILED'), order('H3', 'OPEN')];

const delivery = (name: string, orderNo: string, over: Partial<Delivery> = {}): Delivery => ({
  ...{ name, orderNo, id: `${name}-${orderNo}`, verified: true, tookMs: 40, answered: 200 },
  ...{ type: orderNo === 'H1' ? 'payment.succeeded' : 'payment.failed' },
  ...{ arrivedAtMs: 100, answeredAtMs: 101, ...over },
});
const failed = delivery('late', 'H2', { answered: 503 });
const again = delivery('late', 'H2', { arrivedAtMs: 1_120, answeredAtMs: 1_121, tookMs: 1_060 });
const right = [delivery('all', 'H1'), delivery('all', 'H2'), failed, again];

const compared = (deliveries: readonly Delivery[]) =>
  compareTold({ expected, deliveries, isOwn: (orderNo) => orderNo.startsWith('H') });
const differencesOf = (deliveries: readonly Delivery[]) =>
  compared(deliveries).differences.map(
    ({ orderNo, what, expected: should, found }) =>
      `${orderNo ?? ''} ${what}: ${should} | ${found}`,
  );

describe('what a merchant was told, expected against found', () => {
  it('is as expected where each payment was told once, and a failure was followed by another try', () => {
    expect(compared(right)).toEqual({
      differences: [],
      retries: { failed: 1, again: 1, soonestMs: 1_019 },
      endpoints: [
        expect.objectContaining({ expected: 2, found: 2, requests: 2, verified: 2, medianMs: 40 }),
        expect.objectContaining({ expected: 1, found: 1, requests: 2, verified: 2, slowestMs: 40 }),
      ],
    });
    expect(isTold(expected, right)).toBe(true);
  });

  it('may come twice under one id, and orders of others are nothing to it', () => {
    const more = [delivery('all', 'H1'), delivery('all', 'SHOP-1')];
    expect(differencesOf([...right, ...more])).toEqual([]);
  });

  it.each<[string, readonly Delivery[], string]>([
    ['is missing', right.slice(1), 'H1 told all: payment.succeeded | nothing'],
    [
      'failed and did not come again',
      right.slice(0, 3),
      'H2 tried again: after 1000 ms or more | never',
    ],
    [
      'came again too early',
      [...right.slice(0, 3), { ...again, arrivedAtMs: 600 }],
      'H2 tried again: after 1000 ms or more | after 499 ms',
    ],
    [
      'is signed wrongly',
      [...right.slice(1), delivery('all', 'H1', { verified: false })],
      'H1 signature: right | wrong: all-H1',
    ],
    [
      'comes under two ids',
      [...right, delivery('all', 'H1', { id: 'another' })],
      'H1 told all: one id | another: another',
    ],
    [
      'never happened',
      [...right, delivery('all', 'H3', { type: 'payment.succeeded' })],
      'H3 told all: nothing | payment.succeeded',
    ],
    [
      'is not what happened',
      [...right, delivery('all', 'H1', { type: 'payment.failed' })],
      'H1 told all: nothing | payment.failed',
    ],
  ])('is found out where something %s', (_, deliveries, difference) => {
    expect(differencesOf(deliveries)).toContain(difference);
  });

  it('is waited for as long as something was not taken', () => {
    for (let without = 0; without < right.length; without += 1) {
      const others = right.filter((_, at) => at !== without);
      expect(isTold(expected, others)).toBe(right[without] === failed);
    }
  });
});
