import { derivedUuid, routingKey, slotOf } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import { accountOf, createOrders } from '../money/orders.ts';
import { ratioOf } from './active-orders.ts';
import { accountsFor, createSucceeded, stepsOf } from './money.ts';

const event = { type: 'PaymentSucceeded', id: 'event-1', orderNo: 'at-10-1', appendedMs: 1_300 };

describe('payments that succeeded', () => {
  it('are told under the id that announcements make', () => {
    const succeeded = createSucceeded('endpoint-1');
    succeeded.take(event);
    const slot = slotOf(routingKey('main', 'at-10-1'));
    expect(succeeded.of('at-10-1')).toEqual({
      appendedMs: 1_300,
      notificationId: derivedUuid(slot, 'notification', 'event-1', 'endpoint-1'),
    });
  });

  it('are counted from the moment their record was due, and what was not paid is left out', () => {
    const succeeded = createSucceeded('endpoint-1');
    succeeded.take({ ...event, type: 'PaymentCreated', orderNo: 'at-10-0' });
    succeeded.take(event);
    const orders = createOrders([accountOf('b000')])('at-10', 3);
    const steps = stepsOf(orders, { perSecond: 10, beganAtMs: 1_000, succeeded });
    expect(steps).toMatchObject([{ dueMs: 1_100, appendedMs: 1_300 }]);
  });
});

describe('accounts of a load', () => {
  it('are fifty, and more where one would have more orders than it takes', () => {
    expect([0, 4_000, 12_500, 12_501, 25_000].map(accountsFor)).toEqual([50, 50, 50, 51, 100]);
  });
});

describe('what growth costs', () => {
  it('is the middle time over that of the first size', () => {
    expect(ratioOf({ p50Ms: 6 }, { p50Ms: 4 })).toBe(1.5);
    expect(ratioOf({ p50Ms: null }, { p50Ms: 4 })).toBeNull();
  });
});
