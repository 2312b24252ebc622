import { beforeEach, describe, expect, it } from 'vitest';
import { lastingFactsMax } from './rules/limits.ts';
import type { Told } from './testing-driver.ts';
import { tell } from './testing-driver.ts';
import {
  ledPayment,
  merchantsPayment,
  mismatched,
  orderAwaiting,
  orderCreated,
  orderExpired,
  orderPaid,
  paymentClosed,
  paymentCreated,
  paymentFailed,
  paymentProcessing,
  paymentSucceeded,
  paymentUnknown,
  queried,
  reportConfirmed,
  reportedFailed,
  reportedSuccess,
} from './testing-events.ts';

const minuteMs = 60_000;
let told: Told;

beforeEach(async () => {
  told = await tell();
});

/** 99.90 are waited for. */
const waiting = (): void => {
  told.order(orderCreated);
  told.payment(ledPayment(), paymentProcessing);
  told.order(orderAwaiting);
};
const paid = (): void => {
  waiting();
  told.payment(paymentSucceeded);
  told.order(orderPaid);
};

describe('Rules E, F and G: the gateway itself says otherwise, when it is asked', () => {
  it('underpaid: half of it was taken', () => {
    waiting();
    told.payment(mismatched('AMOUNT', '4990', 'QUERY'));
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'F', severity: 'CRITICAL', deadline: null, amountMinor: 4_990n },
        ...{ summary: 'payment PAY1 is underpaid by 50.00 CNY', actual: '49.90 CNY taken' },
        evidence: [{ type: 'PaymentCreated' }, { type: 'PaymentReportMismatched' }],
      },
    ]);
  });

  it('overpaid: more was taken, and a right answer later does not give it back', () => {
    waiting();
    told.payment(mismatched('AMOUNT', '10000', 'QUERY'), paymentSucceeded, reportConfirmed);
    told.order(orderPaid);
    told.pass(60 * minuteMs);
    expect(told.raised()).toMatchObject([
      { rule: 'F', summary: 'payment PAY1 is overpaid by 0.10 CNY', amountMinor: 10_000n },
    ]);
  });

  it('killbill#1015: captured twice, by two transactions', () => {
    paid();
    told.payment(mismatched('TRANSACTION', 'G-2', 'QUERY'));
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'G', severity: 'CRITICAL', actual: 'transaction G-2 as well' },
        evidence: [
          ...[{ type: 'PaymentCreated' }, { type: 'PaymentSucceeded' }],
          { type: 'PaymentReportMismatched' },
        ],
      },
    ]);
  });

  it('in another currency', () => {
    waiting();
    told.payment(mismatched('CURRENCY', 'JPY', 'QUERY'));
    expect(told.raised()).toMatchObject([{ rule: 'E', actual: 'currency JPY' }]);
  });

  it('shows what is no number at all, and goes on', () => {
    waiting();
    told.payment(mismatched('AMOUNT', 'much', 'QUERY'));
    expect(told.raised()).toMatchObject([{ rule: 'F', actual: '0.00 CNY taken' }]);
  });

  it.each([
    ['F', 'AMOUNT', '1'],
    ['E', 'CURRENCY', 'JPY'],
    ['G', 'TRANSACTION', 'G-2'],
  ])('%s takes the place of V, once the gateway says the same itself', (rule, field, found) => {
    paid();
    told.payment(mismatched(field, found));
    expect(told.said()).toEqual(['V raised CRITICAL']);
    told.payment(mismatched(field, found, 'QUERY'));
    expect(told.said()).toEqual([`${rule} raised CRITICAL`, `V SUPERSEDED by ${rule}`]);
    told.payment(mismatched(field, found), mismatched(field, found, 'QUERY'));
    expect(told.said()).toEqual([]);
  });

  it('leave to V what only a callback says, and what is of something else', () => {
    paid();
    told.payment(mismatched('AMOUNT', '1'), mismatched('AMOUNT', '2', 'QUERY'));
    told.payment(mismatched('MERCHANT', 'another'), mismatched('REFUND', '1 CNY', 'QUERY'));
    expect(told.said().map((each) => each.charAt(0))).toEqual(['V', 'F', 'V', 'V']);
  });

  it('take the place of one of as many as are kept', () => {
    paid();
    for (let i = 0; i < lastingFactsMax; i += 1) told.payment(mismatched('AMOUNT', `${i}`));
    told.said();
    told.payment(mismatched('AMOUNT', '3', 'QUERY'), mismatched('AMOUNT', '99', 'QUERY'));
    expect(told.said()).toEqual(['F raised CRITICAL', 'V SUPERSEDED by F']);
  });
});

describe('Rule N: webhook and query disagree', () => {
  it('hyperswitch’s forced sync: a callback paid it, and the gateway knows nothing of it', () => {
    paid();
    const askedAt = told.nowMs();
    told.payment(queried('NOT_FOUND'));
    told.pass(askedAt + minuteMs - told.nowMs());
    expect(told.said()).toEqual([]);
    told.pass(1);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'N', severity: 'WARNING', deadline: askedAt + minuteMs },
        actual: 'gateway answers NOT_FOUND',
        evidence: [{ type: 'PaymentSucceeded' }, { type: 'GatewayCallReported' }],
      },
    ]);
    told.payment(queried('PAID'));
    expect(told.said()).toEqual(['N AUTO_RESOLVED']);
  });

  it('says nothing where the next query agrees in time', () => {
    paid();
    told.payment(queried('PENDING'));
    told.pass(minuteMs / 2);
    told.payment(queried('PAID'));
    told.pass(10 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('says nothing of what the gateway answered before the end, nor of no answer', () => {
    waiting();
    told.payment(queried('PENDING'), queried('NOT_FOUND'), paymentSucceeded, queried('UNKNOWN'));
    told.order(orderPaid);
    told.pass(10 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('tells of a merchant’s payment what B and C tell of orders that are here', () => {
    told.payment(merchantsPayment, paymentSucceeded, reportedFailed);
    told.pass(minuteMs);
    expect(told.raised()).toMatchObject([{ rule: 'N', actual: 'gateway reports FAILED' }]);
    told.payment(reportConfirmed);
    expect(told.said()).toEqual(['N AUTO_RESOLVED']);
  });

  it('leaves to B and C what they say', () => {
    paid();
    told.payment(reportedFailed);
    told.pass(10 * minuteMs);
    expect(told.said()).toEqual(['B raised CRITICAL']);
  });

  it('gives way to C when the order ends', () => {
    waiting();
    told.payment(paymentClosed, reportedSuccess);
    told.pass(minuteMs);
    expect(told.said()).toEqual(['P raised WARNING', 'N raised WARNING']);
    told.order(orderExpired);
    expect(told.said()).toEqual(['C raised CRITICAL', 'N SUPERSEDED by C', 'P SUPERSEDED by C']);
  });
});

describe('Rule O: an event that would move backwards', () => {
  it('mollie/WooCommerce#1252: a paid order is said to have expired', () => {
    paid();
    told.order(orderExpired);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'O', severity: 'WARNING', expected: 'PAID stays', actual: 'OrderExpired' },
        evidence: [{ type: 'OrderPaid' }, { type: 'OrderExpired' }],
      },
    ]);
    // Neither has the order moved, nor is that C.
    told.pass(10 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it.each([paymentProcessing, paymentUnknown, paymentClosed, paymentCreated])(
    'NEARBuilders#209: after a success comes $type',
    (event) => {
      paid();
      told.payment(event);
      told.pass(60 * minuteMs);
      expect(told.said()).toEqual(['O raised WARNING']);
    },
  );

  it('says nothing of a success that is taken back, nor of one that comes late', () => {
    paid();
    told.payment(paymentFailed);
    expect(told.said()).toEqual(['B raised CRITICAL']);
    told.payment(paymentSucceeded);
    expect(told.said()).toEqual(['B AUTO_RESOLVED']);
  });

  it('says nothing of the same end again', () => {
    paid();
    told.payment(paymentSucceeded);
    told.order(orderPaid);
    told.pass(10 * minuteMs);
    expect(told.said()).toEqual([]);
  });

  it('ends with the number of events that are kept, however many come', () => {
    paid();
    for (let i = 0; i < lastingFactsMax + 3; i += 1) told.payment(paymentProcessing);
    expect(told.said()).toHaveLength(lastingFactsMax);
  });
});
