import type { Evidence } from '@plumbline/events';
import { beforeEach, describe, expect, it } from 'vitest';
import { openRefundsMax } from './rules/limits.ts';
import { afterRefundEvent, noRefunds } from './rules/refunded-money.ts';
import type { WatchedOrder } from './stores.ts';
import type { Told } from './testing-driver.ts';
import { tell } from './testing-driver.ts';
import {
  ledPayment,
  merchantsPayment,
  mismatched,
  orderCreated,
  orderFailed,
  orderPaid,
  paymentClosed,
  paymentFailed,
  paymentSucceeded,
  queried,
  refundFailed,
  refundProcessing,
  refundRequested,
  refundSucceeded,
  refundUnknown,
  reportedSuccess,
} from './testing-events.ts';

const hourMs = 3_600_000;
let told: Told;

beforeEach(async () => {
  told = await tell();
});

/** 99.90 were taken. */
const paid = (): void => {
  told.order(orderCreated);
  told.payment(ledPayment(), paymentSucceeded);
  told.order(orderPaid);
};

describe('Rule H: refunds exceed what was captured', () => {
  it('hyperswitch#13182: two refunds at once that are too much together', () => {
    paid();
    told.payment(refundRequested('r1', 6_000n));
    expect(told.said()).toEqual([]);
    told.payment(refundRequested('r2', 6_000n));
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'H', severity: 'CRITICAL', deadline: null, amountMinor: 2_010n },
        ...{ expected: 'at most 99.90 CNY refunded', actual: '120.00 CNY refunded or asked for' },
        evidence: [{ type: 'PaymentSucceeded' }, { type: 'RefundRequested' }],
      },
    ]);
    told.payment(refundFailed('r1'));
    expect(told.said()).toEqual(['H AUTO_RESOLVED']);
  });

  it('counts what has gone back, however long ago', () => {
    paid();
    told.payment(refundRequested('r1', 6_000n), refundSucceeded('r1', 6_000n));
    told.payment(refundRequested('r2', 6_000n), refundSucceeded('r2', 6_000n));
    expect(told.said()).toEqual(['H raised CRITICAL']);
  });

  it('lets a second transaction go back by its number, and not a unit more', () => {
    paid();
    told.payment(mismatched('TRANSACTION', 'G-2', 'QUERY'));
    told.said();
    told.payment(refundRequested('r1', 9_990n, 'G-2'), refundSucceeded('r1', 9_990n, 'G-2'));
    told.payment(refundRequested('r2', 9_990n), queried('PAID', { refundedMinor: 19_980n }));
    told.driver.restart();
    told.payment(refundSucceeded('r2', 9_990n));
    expect(told.said()).toEqual([]);
    told.payment(refundRequested('r3', 1n));
    expect(told.raised()).toMatchObject([
      { rule: 'H', expected: 'at most 199.80 CNY refunded', amountMinor: 1n },
    ]);
  });

  it('is raised by what the gateway says beyond the first, though it has named a second', () => {
    paid();
    told.payment(mismatched('TRANSACTION', 'G-2', 'QUERY'));
    told.said();
    told.payment(queried('PAID', { refundedMinor: 9_991n }));
    expect(told.raised()).toMatchObject([
      { rule: 'H', actual: '99.91 CNY refunded, says the gateway', amountMinor: 1n },
    ]);
    told.payment(mismatched('TRANSACTION', 'G-3', 'QUERY'));
    expect(told.said()).toEqual(['G raised CRITICAL']);
    told.payment(refundRequested('r1', 1n, 'G-2'));
    expect(told.said()).toEqual(['H AUTO_RESOLVED']);
    told.payment(queried('PAID', { refundedMinor: 9_992n }));
    expect(told.raised()).toMatchObject([
      { rule: 'H', expected: 'at most 99.91 CNY refunded', amountMinor: 1n },
    ]);
    told.payment(queried('PAID', { refundedMinor: 9_991n }));
    expect(told.said()).toEqual(['H AUTO_RESOLVED']);
    told.payment(refundFailed('r1'));
    expect(told.said()).toEqual(['H raised CRITICAL']);
  });

  it.each([
    ['of the first, where a second took as much', null, 9_991n],
    ['of the second, where nothing of the first goes back', 'G-2', 9_991n],
    ['of one that only a callback named', 'G-3', 1n],
  ])('counts each transaction by itself: %s', (_of, transactionId, minor) => {
    paid();
    told.payment(mismatched('TRANSACTION', 'G-2', 'QUERY'), mismatched('TRANSACTION', 'G-3'));
    told.said();
    told.payment(refundRequested('r1', minor, transactionId));
    expect(told.raised()).toMatchObject([{ rule: 'H', amountMinor: 1n }]);
  });

  it('is raised by what the gateway says, and ends when it says otherwise', () => {
    paid();
    told.payment(queried('PAID', { refundedMinor: 9_991n }));
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'H', actual: '99.91 CNY refunded, says the gateway', amountMinor: 1n },
        evidence: [{ type: 'PaymentSucceeded' }, { type: 'GatewayCallReported' }],
      },
    ]);
    told.payment(queried('PAID', { refundedMinor: 0n }));
    expect(told.said()).toEqual(['H AUTO_RESOLVED']);
  });

  it('says nothing of a payment that goes back as a whole, in parts, with some that failed', () => {
    paid();
    told.payment(refundRequested('r1', 9_000n), refundFailed('r1'));
    told.payment(refundRequested('r2', 9_000n), refundSucceeded('r2', 9_000n));
    told.payment(refundRequested('r3', 990n), refundProcessing('r3'), refundSucceeded('r3', 990n));
    told.payment(queried('PAID', { refundedMinor: 9_990n }));
    told.pass(1_000 * hourMs);
    expect(told.said()).toEqual([]);
  });

  it('says nothing of money that came late and goes back by itself', () => {
    told.order(orderCreated);
    told.payment(ledPayment(), paymentFailed);
    told.order(orderFailed);
    told.payment(reportedSuccess, refundRequested('r1', 9_990n), refundSucceeded('r1', 9_990n));
    expect(told.said()).toEqual(['C raised CRITICAL']);
  });
});

describe('Rule I: a refund of what was never paid', () => {
  it('jeepay: a refund of a payment that failed', () => {
    told.order(orderCreated);
    told.payment(ledPayment(), paymentFailed);
    told.order(orderFailed);
    told.payment(refundRequested('r1', 100n));
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'I', severity: 'CRITICAL', amountMinor: 100n },
        actual: 'payment FAILED, 1.00 CNY refunded',
        evidence: [{ type: 'PaymentFailed' }, { type: 'RefundRequested' }],
      },
    ]);
    told.payment(refundFailed('r1'));
    expect(told.said()).toEqual(['I AUTO_RESOLVED']);
  });

  it('ends when the money is there after all', () => {
    told.payment(ledPayment({ expireAt: told.nowMs() + hourMs }), refundRequested('r1', 100n));
    expect(told.said()).toEqual(['I raised CRITICAL']);
    told.payment(paymentSucceeded);
    expect(told.said()).toEqual(['I AUTO_RESOLVED']);
  });

  it('is raised when the gateway has given back money of a payment that was closed', () => {
    told.payment(merchantsPayment, paymentClosed, queried('CLOSED', { refundedMinor: 100n }));
    expect(told.raised()).toMatchObject([
      { rule: 'I', evidence: [{ type: 'PaymentClosed' }, { type: 'GatewayCallReported' }] },
    ]);
  });

  it('says nothing of an answer that tells of the payment and of its refund at once', () => {
    told.order(orderCreated);
    told.payment(ledPayment({ expireAt: told.nowMs() + hourMs }));
    told.payment(queried('PAID', { refundedMinor: 100n }), paymentSucceeded);
    told.order(orderPaid);
    expect(told.said()).toEqual([]);
  });
});

describe('Rule J: a refund is stuck, or was done at the gateway only', () => {
  it('is raised an hour after it was asked for, however often nothing is known of it', () => {
    paid();
    const askedAt = told.nowMs();
    told.payment(refundRequested('r1', 100n), refundUnknown('r1'));
    told.pass(hourMs / 2);
    told.payment(refundUnknown('r1'));
    told.pass(askedAt + hourMs - told.nowMs());
    expect(told.said()).toEqual([]);
    told.pass(1);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'J', severity: 'WARNING', deadline: askedAt + hourMs, amountMinor: 100n },
        ...{ actual: 'refund neither taken nor refused' },
        evidence: [{ type: 'RefundRequested' }],
      },
    ]);
    told.payment(refundSucceeded('r1', 100n));
    expect(told.said()).toEqual(['J AUTO_RESOLVED']);
    expect(told.driver.timers()).toEqual([]);
  });

  it('gives the gateway three days for one that it has taken', () => {
    paid();
    told.payment(refundRequested('r1', 100n), refundProcessing('r1'));
    const takenAt = told.nowMs() - 1;
    told.pass(takenAt + 72 * hourMs - told.nowMs());
    expect(told.said()).toEqual([]);
    told.pass(1);
    expect(told.raised()).toMatchObject([{ rule: 'J', actual: 'refund PROCESSING' }]);
    told.payment(refundFailed('r1'));
    expect(told.said()).toEqual(['J AUTO_RESOLVED']);
  });

  it('is one for each refund', () => {
    paid();
    told.payment(refundRequested('r1', 100n), refundRequested('r2', 200n));
    told.pass(hourMs);
    expect(told.said()).toEqual(['J raised WARNING', 'J raised WARNING']);
    told.payment(refundSucceeded('r2', 200n));
    expect(told.said()).toEqual(['J AUTO_RESOLVED']);
  });

  it('is raised when the gateway gave back what nobody asked for here, until ours catches up', () => {
    paid();
    told.payment(
      queried('PAID', { refundedMinor: 300n }),
      queried('PAID', { refundedMinor: 300n }),
    );
    expect(told.said()).toEqual([]);
    told.pass(hourMs);
    expect(told.raised()).toMatchObject([
      {
        ...{ rule: 'J', expected: '0.00 CNY refunded', amountMinor: 300n },
        actual: '3.00 CNY refunded, says the gateway',
      },
    ]);
    told.payment(refundRequested('r1', 300n));
    expect(told.said()).toEqual(['J AUTO_RESOLVED']);
  });

  it('gives way to H when more is gone than there was', () => {
    paid();
    told.payment(queried('PAID', { refundedMinor: 300n }));
    told.pass(hourMs);
    told.said();
    told.payment(queried('PAID', { refundedMinor: 30_000n }));
    expect(told.said()).toEqual(['H raised CRITICAL', 'J SUPERSEDED by H']);
  });

  it('says nothing of refunds that end in their time', () => {
    paid();
    told.payment(refundRequested('r1', 100n), refundUnknown('r1'), refundProcessing('r1'));
    told.pass(70 * hourMs);
    told.payment(refundSucceeded('r1', 100n), queried('PAID', { refundedMinor: 100n }));
    told.pass(1_000 * hourMs);
    expect(told.said()).toEqual([]);
  });

  it('keeps nothing of refunds that have ended but their sum', () => {
    paid();
    for (let i = 0; i < 20; i += 1)
      told.payment(refundRequested(`r${i}`, 100n), refundSucceeded(`r${i}`, 100n));
    told.driver.restart();
    const kept = [...told.driver.store('watched')][0]?.[1] as WatchedOrder | undefined;
    expect(kept?.view.payment?.refunds).toMatchObject({ open: [], refundedMinor: 2_000n });
    expect(kept?.watches).toEqual({});
  });

  it('watches as many as a payment may have under way, and no more', () => {
    const seen: Evidence = {
      ...{ eventId: 'e', type: 'RefundRequested', topic: 't', partition: 0, offset: 0n, time: 0 },
    };
    let view = noRefunds;
    for (let i = 0; i <= openRefundsMax; i += 1) {
      const event = refundRequested(`r${i}`, 1n);
      if (event.type === 'RefundRequested') view = afterRefundEvent(view, event, seen);
    }
    expect(view.open).toHaveLength(openRefundsMax);
  });
});
