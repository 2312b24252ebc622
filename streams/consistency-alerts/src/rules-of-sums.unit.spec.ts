import { beforeEach, describe, expect, it } from 'vitest';
import type { Told } from './testing-driver.ts';
import { tell } from './testing-driver.ts';
import {
  merchantsPayment,
  orderAwaiting,
  orderCreated,
  orderPaid,
  paymentClosed,
  paymentCreated,
  paymentFailed,
  paymentSucceeded,
  paymentWith,
  purchaseCreated,
} from './testing-events.ts';

let told: Told;

beforeEach(async () => {
  told = await tell();
});

const paidWith = (change: { readonly amountMinor?: bigint; readonly currency?: string }) => ({
  ...orderPaid,
  data: { ...orderPaid.data, ...change },
});

describe('Rule D: the amount differs', () => {
  it('Azuriom#284: paid 0.01 for a 100.00 order', () => {
    told.order({ ...orderCreated, data: { ...orderCreated.data, amountMinor: 10_000n } });
    told.payment(paymentWith({ amountMinor: 1n }));
    const [early, ...others] = told.raised();
    expect(others).toEqual([]);
    expect(early).toMatchObject({
      ...{ rule: 'D', severity: 'WARNING', deadline: null, amountMinor: 10_000n, currency: 'CNY' },
      ...{ expected: 'payment over 100.00 CNY', actual: 'payment over 0.01 CNY' },
      evidence: [{ type: 'OrderCreated' }, { type: 'PaymentCreated' }],
    });
    told.payment(paymentSucceeded);
    const [raised, resolved] = told.driver.readOutput('alerts.order_payment_inconsistency.v1');
    expect(raised?.payload.data).toMatchObject({
      ...{ rule: 'D', severity: 'CRITICAL' },
      evidence: [
        ...[{ type: 'OrderCreated' }, { type: 'PaymentCreated' }],
        { type: 'PaymentSucceeded' },
      ],
    });
    expect(resolved?.payload.data).toMatchObject({
      ...{ alertId: early?.alertId, resolution: 'SUPERSEDED' },
    });
  });

  it('hyperswitch#8049: the order counts as paid with another amount than its payment brought', () => {
    told.order(orderCreated);
    told.payment(paymentCreated, paymentSucceeded);
    told.order(paidWith({ amountMinor: 9_000n }));
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'D', severity: 'CRITICAL', expected: 'payment over 90.00 CNY' },
        evidence: [{}, {}, { type: 'PaymentSucceeded' }, { type: 'OrderPaid' }],
      },
    ]);
  });

  it.each([paymentFailed, paymentClosed])('ends when the payment ends unpaid: $type', (end) => {
    told.order(orderCreated);
    told.payment(paymentWith({ amountMinor: 1n }));
    told.said();
    told.payment(end);
    expect(told.said()).toEqual(['D AUTO_RESOLVED']);
  });

  it('says nothing of a purchase of which the balance pays a part', () => {
    told.order(purchaseCreated);
    told.payment(paymentWith({ amountMinor: 9_900n }), paymentSucceeded);
    told.order(paidWith({ amountMinor: 9_900n }));
    expect(told.said()).toEqual([]);
  });

  it('says so when a channel is to bring what the balance pays', () => {
    told.order(purchaseCreated);
    told.payment(paymentCreated);
    expect(told.said()).toEqual(['D raised WARNING']);
  });

  it('says nothing of an order and a payment that name the same', () => {
    told.order(orderCreated);
    told.payment(paymentCreated);
    told.order(orderAwaiting);
    told.payment(paymentSucceeded);
    told.order(orderPaid);
    expect(told.said()).toEqual([]);
  });

  it('says nothing of a payment whose order is the merchant’s', () => {
    told.order({ ...orderCreated, data: { ...orderCreated.data, amountMinor: 1n } });
    told.payment(merchantsPayment);
    expect(told.said()).toEqual([]);
  });

  it('holds whichever of the two is read first', () => {
    told.payment(paymentWith({ amountMinor: 1n }));
    told.order(orderCreated);
    expect(told.said()).toEqual(['D raised WARNING']);
  });

  it('shows an amount that no decider lets through, and goes on', () => {
    told.order(orderCreated);
    told.payment(paymentWith({ amountMinor: -1n }));
    expect(told.raised()).toMatchObject([{ rule: 'D', actual: 'payment over -0.01 CNY' }]);
  });
});

describe('Rule E: the currency differs', () => {
  it('hyperswitch `conflicted`: 99.90 are asked for in one currency and paid in another', () => {
    told.order(orderCreated);
    told.payment(paymentWith({ currency: 'USD' }));
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'E', severity: 'CRITICAL', expected: 'currency CNY', actual: 'currency USD' },
        evidence: [{ type: 'OrderCreated' }, { type: 'PaymentCreated' }],
      },
    ]);
    told.payment(paymentClosed);
    expect(told.said()).toEqual(['E AUTO_RESOLVED']);
  });

  it('is one alert for the one cause, though the amounts differ as well', () => {
    told.order(orderCreated);
    told.payment(paymentWith({ currency: 'JPY', amountMinor: 9n }));
    expect(told.said()).toEqual(['E raised CRITICAL']);
  });

  it('is found where only the end of the order names another', () => {
    told.order(orderCreated);
    told.payment(paymentCreated, paymentSucceeded);
    told.order(paidWith({ currency: 'USD' }));
    expect(told.said()).toEqual(['E raised CRITICAL']);
  });
});
