import { beforeEach, describe, expect, it } from 'vitest';
import type { Told } from './testing-driver.ts';
import { tell } from './testing-driver.ts';
import {
  ledPayment,
  merchantsPayment,
  orderAwaiting,
  orderCreated,
  orderExpired,
  orderFailed,
  orderPaid,
  orderPaidFromBalance,
  paymentClosed,
  paymentCreated,
  paymentFailed,
  paymentProcessing,
  paymentSucceeded,
  paymentUnknown,
  purchaseCreated,
  reportedSuccess,
} from './testing-events.ts';

const minuteMs = 60_000;
let told: Told;

beforeEach(async () => {
  told = await tell();
});

/** An order that waits for its payment at a gateway; until when it is payable. */
function waiting(lifetimeMs = 30 * minuteMs): number {
  told.order(orderCreated);
  const expireAt = told.nowMs() + lifetimeMs;
  told.payment(ledPayment({ expireAt }), paymentProcessing);
  told.order(orderAwaiting);
  return expireAt;
}

describe('Rule K: paid, and no such order', () => {
  it('saleor#14733: the payment succeeded, and its order is not there', () => {
    told.payment(paymentCreated);
    const paidAt = told.nowMs();
    told.payment(paymentSucceeded);
    told.pass(paidAt + minuteMs - told.nowMs());
    expect(told.said()).toEqual([]);
    told.pass(1);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'K', severity: 'CRITICAL', deadline: paidAt + minuteMs, payNo: 'PAY1' },
        ...{ amountMinor: 9_990n, currency: 'CNY', actual: 'no order' },
        evidence: [{ type: 'PaymentCreated' }, { type: 'PaymentSucceeded' }],
      },
    ]);
  });

  it('ends when the order appears, which then has its own time to show it', () => {
    told.payment(paymentCreated, paymentSucceeded);
    told.pass(2 * minuteMs);
    told.said();
    told.order(orderCreated);
    expect(told.said()).toEqual(['K AUTO_RESOLVED']);
    told.pass(minuteMs + 1);
    expect(told.said()).toEqual(['A raised WARNING']);
  });

  it('says nothing of a payment whose order is the merchant’s', () => {
    told.payment(merchantsPayment, paymentSucceeded);
    told.pass(60 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('says nothing while nobody has paid', () => {
    told.payment(paymentCreated);
    told.pass(60 * minuteMs);
    expect(told.said()).toEqual([]);
  });
});

describe('Rule L: the order is PAID, and nothing shows the payment', () => {
  it('open-mercato#1311: a forged callback paid the order', () => {
    waiting();
    told.order(orderPaid);
    const deadline = told.nowMs() - 1 + 5_000;
    told.pass(4_999);
    expect(told.said()).toEqual([]);
    told.pass(1);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'L', severity: 'CRITICAL', deadline, actual: 'payment PAYING' },
        evidence: [{ type: 'PaymentProcessing' }, { type: 'OrderPaid' }],
      },
    ]);
    told.payment(paymentSucceeded);
    expect(told.said()).toEqual(['L AUTO_RESOLVED']);
  });

  it('new-api#4353: no payment was ever opened', () => {
    told.order(orderCreated, orderPaid);
    told.pass(5_001);
    expect(told.raised()).toMatchObject([
      { rule: 'L', payNo: null, actual: 'no such payment', amountMinor: 9_990n },
    ]);
  });

  it('is raised where the order names another payment than the one that succeeded', () => {
    waiting();
    told.payment(paymentSucceeded);
    told.order({ ...orderPaid, data: { ...orderPaid.data, payNo: 'PAY9' } });
    told.pass(5_001);
    expect(told.said()).toEqual(['L raised CRITICAL']);
  });

  it('says nothing when the order is read before the payment', () => {
    told.order(orderCreated, orderPaid);
    told.payment(paymentCreated, paymentSucceeded);
    told.pass(minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('leaves to B what B says, and gives way to it', () => {
    waiting();
    told.order(orderPaid);
    told.pass(5_001);
    told.said();
    told.payment(paymentFailed);
    expect(told.said()).toEqual(['B raised CRITICAL', 'L SUPERSEDED by B']);
    told.pass(minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('says nothing of an order that the balance paid', () => {
    told.order(purchaseCreated, orderPaidFromBalance);
    told.pass(5_001);
    expect(told.said()).toEqual([]);
  });

  it('counts money that came late as money', () => {
    waiting();
    told.payment(paymentClosed, reportedSuccess);
    told.order(orderPaid);
    told.pass(20_000);
    expect(told.said()).toEqual([]);
  });
});

describe('Rule M: a payment is stuck', () => {
  it('hyperswitch#13180: still processing ten minutes after its time', () => {
    const expireAt = waiting();
    told.pass(expireAt + 10 * minuteMs - told.nowMs());
    expect(told.said()).toEqual([]);
    told.pass(1);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'M', severity: 'WARNING', deadline: expireAt + 10 * minuteMs },
        actual: 'payment PAYING',
        evidence: [{ type: 'PaymentCreated' }, { type: 'PaymentProcessing' }],
      },
    ]);
    told.payment(paymentClosed);
    expect(told.said()).toContain('M AUTO_RESOLVED');
  });

  it('lago#1223: nobody knows for ten minutes, however often that is said', () => {
    waiting();
    told.payment(paymentUnknown);
    const since = told.nowMs() - 1;
    told.pass(5 * minuteMs);
    told.payment(paymentUnknown);
    told.pass(since + 10 * minuteMs - told.nowMs());
    expect(told.said()).toEqual([]);
    told.pass(1);
    expect(told.raised()).toMatchObject([{ rule: 'M', actual: 'payment unknown' }]);
    // Long after its time as well: that is the same cause.
    told.pass(60 * minuteMs);
    expect(told.said()).toEqual([]);
    told.payment(paymentSucceeded);
    expect(told.said()).toEqual(['M AUTO_RESOLVED']);
  });

  it('is not raised again, nor ended, by what becomes unknown beyond its time', () => {
    waiting(minuteMs);
    told.pass(12 * minuteMs);
    expect(told.said()).toEqual(['M raised WARNING']);
    told.payment(paymentUnknown);
    told.pass(30 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('goes on as beyond its time where the gateway has it after all', () => {
    waiting(20 * minuteMs);
    told.payment(paymentUnknown);
    told.pass(40 * minuteMs);
    told.said();
    told.payment(paymentProcessing);
    expect(told.said()).toEqual(['M raised WARNING', 'M AUTO_RESOLVED']);
  });

  it('says nothing of a payment that ends in its time, and leaves no timer', () => {
    waiting();
    told.pass(29 * minuteMs);
    told.payment(paymentSucceeded);
    told.order(orderPaid);
    told.pass(60 * minuteMs);
    expect(told.said()).toEqual([]);
    expect(told.driver.timers()).toEqual([]);
  });

  it('says nothing of one that people serve by hand: nobody can be asked', () => {
    told.order(orderCreated);
    told.payment(paymentCreated, paymentProcessing);
    told.order(orderAwaiting);
    told.pass(600 * minuteMs);
    expect(told.said()).toEqual([]);
  });
});

describe('Rule P: one has ended, and the other goes on', () => {
  it('woocommerce-gateway-stripe#5759: expired here and still payable there', () => {
    waiting();
    told.order(orderExpired);
    const deadline = told.nowMs() - 1 + minuteMs;
    told.pass(minuteMs);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'P', severity: 'WARNING', deadline, actual: 'payment PAYING' },
        evidence: [{ type: 'OrderExpired' }, { type: 'PaymentProcessing' }],
      },
    ]);
    told.payment(paymentClosed);
    expect(told.said()).toEqual(['P AUTO_RESOLVED']);
  });

  it('gives way to C when somebody pays', () => {
    waiting();
    told.order(orderExpired);
    told.pass(minuteMs);
    told.said();
    told.payment(paymentSucceeded);
    expect(told.said()).toEqual(['C raised CRITICAL', 'P SUPERSEDED by C']);
  });

  it('the reverse: the payment has ended and its order waits', () => {
    waiting();
    told.payment(paymentFailed);
    told.pass(minuteMs);
    expect(told.raised()).toMatchObject([{ rule: 'P', actual: 'order WAITING_PAYMENT' }]);
    told.order(orderFailed);
    expect(told.said()).toEqual(['P AUTO_RESOLVED']);
  });

  it.each([paymentClosed, paymentFailed])('says nothing when the order follows: $type', (end) => {
    waiting();
    told.payment(end);
    told.pass(minuteMs - 10);
    told.order(orderFailed);
    told.pass(10 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('says nothing of one by hand that nobody paid in time', () => {
    told.order(orderCreated);
    told.payment(paymentCreated, paymentProcessing);
    told.order(orderAwaiting, orderExpired);
    told.pass(600 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('says nothing of a merchant’s payment', () => {
    told.payment(merchantsPayment, paymentFailed);
    told.pass(600 * minuteMs);
    expect(told.said()).toEqual([]);
  });
});

describe('the grace of a finding', () => {
  it('survives a takeover, from whenever it runs', () => {
    waiting(minuteMs);
    told.driver.restart();
    told.pass(12 * minuteMs);
    expect(told.said()).toEqual(['M raised WARNING']);
  });
});
