import { expect, it } from 'vitest';
import type { StoredPaymentOrder } from '../../projections/merchant-queries.ts';
import { createOrderCache } from './order-cache.ts';

const order = (version: bigint): StoredPaymentOrder => ({
  ...{ version, id: 1n, payNo: 'PAY1', orderNo: 'O-1', tenant: 'app', paymentOrderId: 'p' },
  ...{ amountMinor: 1n, currency: 'CNY', status: 'INIT', channel: 'MOCK', channelTradeNo: null },
  ...{ paidAtMs: null, expireAtMs: 2, createdAtMs: 1, reason: null, contradicted: false },
  ...{ payUrl: null, refundedMinor: 0n, orderType: 'PAYMENT', subject: 's', extraData: null },
  ...{ callback: null, updatedAtMs: 1 },
});

function world(max = 10) {
  const clock = { nowMs: 0 };
  return { clock, cache: createOrderCache({ max, freshMs: 1_000, nowMs: () => clock.nowMs }) };
}

it('an order that was just read is given again, and not after a second', () => {
  const { clock, cache } = world();
  cache.put('k', order(3n));
  clock.nowMs = 999;
  expect(cache.get('k', 0n)?.version).toBe(3n);
  clock.nowMs = 1_000;
  expect(cache.get('k', 0n)).toBeNull();
});

it('an order older than what was decided since is not given, however fresh', () => {
  const { cache } = world();
  cache.put('k', order(3n));
  expect(cache.get('k', 3n)?.version).toBe(3n);
  expect(cache.get('k', 4n)).toBeNull();
});

it('the oldest goes first when there is no room', () => {
  const { cache } = world(2);
  for (const key of ['a', 'b', 'a', 'c']) cache.put(key, order(1n));
  expect(['a', 'b', 'c'].map((key) => cache.get(key, 0n) !== null)).toEqual([true, false, true]);
});
