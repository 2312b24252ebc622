import type { AlertRaised, CheckoutEvent, OrdersEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  checkoutAsked,
  checkoutCompensated,
  checkoutCompleted,
  key,
  orderAwaiting,
  orderCreated,
  orderExpired,
  orderFailed,
  orderPaid,
  orderPaidFromBalance,
  paymentSucceeded,
  paymentWith,
  purchaseCreated,
} from './testing-events.ts';
import { consistencyAlerts } from './topology.ts';

const graceMs = 60_000;
let driver: TestDriver;

beforeEach(async () => {
  driver = await createTestDriver(consistencyAlerts);
});

const order = (...events: readonly OrdersEvent[]): void => {
  for (const payload of events) driver.pipeInput({ topic: topics.ordersEvents.name, key, payload });
};
const checkout = (...events: readonly CheckoutEvent[]): void => {
  for (const payload of events)
    driver.pipeInput({ topic: topics.checkoutEvents.name, key, payload });
};
/** What the balance leaves of the purchase. */
const amountMinor = 9_900n;
const restPaid: OrdersEvent = { ...orderPaid, data: { ...orderPaid.data, amountMinor } };
const paid = (): void => {
  for (const payload of [paymentWith({ amountMinor }), paymentSucceeded])
    driver.pipeInput({ topic: topics.paymentsEvents.name, key, payload });
};
const said = () => driver.readOutput(topics.alertsEvents.name).map(({ payload }) => payload);
const pass = (byMs: number): void => driver.advanceStreamTime(byMs);

describe('Rule R: goods or money stay put aside (the story of mollie/WooCommerce#1252)', () => {
  it('is raised when the order has ended unpaid and not everything is given back in time', () => {
    order(purchaseCreated, orderExpired);
    const deadline = driver.nowMs() - 1 + graceMs;
    checkout(checkoutAsked);
    pass(graceMs - 10);
    expect(said()).toEqual([]);
    pass(20);
    expect(said()).toMatchObject([
      {
        type: 'AlertRaised',
        data: {
          ...{ rule: 'R', severity: 'WARNING', deadline, detectedAt: deadline },
          ...{ expected: 'checkout compensated', actual: 'CheckoutStockRequested' },
          // What the order costs is at stake, whatever part of it the payment was to bring.
          ...{ amountMinor: 9_990n, currency: 'CNY', payNo: null },
          evidence: [
            { type: 'OrderExpired', topic: topics.ordersEvents.name },
            { type: 'CheckoutStockRequested', topic: topics.checkoutEvents.name },
          ],
        },
      },
    ]);
    checkout(checkoutCompensated);
    expect(said()).toMatchObject([
      {
        type: 'AlertResolved',
        data: { rule: 'R', evidence: [{ type: 'CheckoutCompensated' }] },
      },
    ]);
  });

  it.each([
    ['by its payment', [orderAwaiting, restPaid]],
    ['from the balance', [orderPaidFromBalance]],
  ] as const)('is raised when an order that was paid %s is not handed over', (_how, events) => {
    paid();
    order(purchaseCreated, ...events);
    pass(graceMs + 10);
    expect(said()).toMatchObject([{ data: { rule: 'R', expected: 'checkout completed' } }]);
    checkout(checkoutCompleted);
    expect(said()).toMatchObject([{ type: 'AlertResolved', data: { rule: 'R' } }]);
  });

  it('is raised when a checkout does not even begin', () => {
    order(purchaseCreated);
    pass(graceMs + 10);
    const data = said()[0]?.data as AlertRaised;
    expect(data).toMatchObject({
      ...{ rule: 'R', expected: 'order WAITING_PAYMENT, or ended' },
      ...{ actual: 'nothing from the checkout', evidence: [{ type: 'OrderCreated' }] },
    });
    order(orderAwaiting);
    expect(said()).toMatchObject([{ type: 'AlertResolved' }]);
  });

  it('gives the end a grace of its own, however long the beginning took', () => {
    order(purchaseCreated);
    pass(graceMs - 100);
    order(orderFailed);
    pass(graceMs - 100);
    expect(said()).toEqual([]);
    pass(200);
    expect(said()).toMatchObject([{ data: { rule: 'R', expected: 'checkout compensated' } }]);
  });

  it('says nothing while the buyer may pay, nor of what ends in time', () => {
    order(purchaseCreated, orderAwaiting);
    checkout(checkoutAsked);
    pass(100 * graceMs);
    paid();
    order(restPaid);
    checkout(checkoutAsked, checkoutCompleted);
    pass(100 * graceMs);
    expect(said()).toEqual([]);
  });

  it('says nothing of an order that no checkout leads', () => {
    order(orderCreated, orderExpired);
    checkout(checkoutAsked);
    pass(100 * graceMs);
    expect(said()).toEqual([]);
  });

  it('keeps what it watches through a restart', () => {
    order(purchaseCreated, orderExpired);
    checkout(checkoutAsked);
    driver.restart();
    pass(graceMs + 10);
    expect(said()).toHaveLength(1);
  });
});
