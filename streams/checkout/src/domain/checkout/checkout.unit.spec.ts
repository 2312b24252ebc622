import type { ReactionContext } from '@plumbline/kernel';
import { slotOf } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../../testing-events.ts';
import type { CheckoutEvent } from './checkout.ts';
import { checkoutManager } from './checkout.ts';

type Type = CheckoutEvent['type'];

const key = 'main/O-1';
const context: ReactionContext = { atMs: 1, slot: slotOf(key), eventId: 'event-7', key };

const after = (...types: readonly Type[]) =>
  types.reduce(
    (state, type) => checkoutManager.evolve(state, eventOf[type]),
    checkoutManager.initialState,
  );

const created = eventOf.PaymentCreated;
const ofMerchant: CheckoutEvent = {
  ...created,
  data: {
    ...created.data,
    merchant: {
      ...{ orderType: 'PAYMENT', subject: 'tea', extraData: null, idempotencyKey: null },
      fingerprint: 'f',
    },
  },
};

const situations = {
  nothing: after(),
  'payment open': after('PaymentCreated'),
  'payment succeeded': after('PaymentCreated', 'PaymentSucceeded'),
  'payment failed': after('PaymentCreated', 'PaymentFailed'),
  'payment closed': after('PaymentCreated', 'PaymentClosed'),
  'order cancelled': after('OrderCancelled'),
  'order expired, payment open': after('PaymentCreated', 'OrderExpired'),
  "payment of a merchant's own order": checkoutManager.evolve(
    checkoutManager.initialState,
    ofMerchant,
  ),
} as const;

const none = '-';
/** Everywhere but for an order that its merchant keeps, of which nobody is told anything. */
const same = (commands: string): readonly string[] =>
  Object.values(situations).map(({ isMerchants }) => (isMerchants === true ? none : commands));

/** The commands that each event leads to, in the order of the situations. */
const table: Readonly<Record<Type, readonly string[]>> = {
  PaymentCreated: [
    ...['AwaitPayment', 'AwaitPayment', 'AwaitPayment', 'AwaitPayment', 'AwaitPayment'],
    ...['ClosePayment', 'ClosePayment', none],
  ],
  PaymentSucceeded: same('ConfirmPayment'),
  PaymentFailed: same('FailPayment'),
  PaymentClosed: same('RecordPaymentClosed'),
  OrderCancelled: [none, 'ClosePayment', none, none, none, none, 'ClosePayment', none],
  OrderExpired: [none, 'ClosePayment', none, none, none, none, 'ClosePayment', none],
  OrderExpiryRequested: [none, 'ClosePayment', none, none, none, none, 'ClosePayment', none],
  OrderAwaitingPayment: same(none),
  OrderCreated: same(none),
  OrderFailed: same(none),
  OrderPaid: same(none),
  OrderPaymentReportRecorded: same(none),
  PaymentCallbackRecorded: same(none),
  PaymentProcessing: same(none),
  PaymentReportConfirmed: same(none),
  PaymentReportContradicted: same(none),
  GatewayCallReported: same(none),
  GatewayCallbackRecorded: same(none),
  GatewayCallRequested: same(none),
  GatewayCallStarted: same(none),
  PaymentCloseRequested: same(none),
  PaymentReportMismatched: same(none),
  PaymentRequestConflicted: same(none),
  PaymentTransactionConflicted: same(none),
  PaymentUnknown: same(none),
  RefundFailed: same(none),
  RefundProcessing: same(none),
  RefundRequested: same(none),
  RefundSucceeded: same(none),
  RefundUnknown: same(none),
};

describe('every event in every situation', () => {
  for (const [type, row] of Object.entries(table) as [Type, readonly string[]][]) {
    Object.entries(situations).forEach(([situation, state], index) => {
      it(`${type} after ${situation}: ${row[index] ?? 'a cell is missing'}`, () => {
        const commands = checkoutManager.react(eventOf[type], state, context);
        expect(commands.map((command) => command.type).join(' ') || none).toBe(row[index]);
      });
    });
  }
});

describe('the commands', () => {
  const first = (type: Type, state = situations['payment open']) =>
    checkoutManager.react(eventOf[type], state, context)[0];

  it('name the payments event that they go back to', () => {
    const ids = { orderNo: 'O-1', payNo: 'PAY-1', paymentEventId: 'event-7' };
    expect(first('PaymentCreated')).toEqual({
      type: 'AwaitPayment',
      data: { ...ids, atGateway: false },
    });
    expect(first('PaymentSucceeded')).toEqual({
      type: 'ConfirmPayment',
      data: { ...ids, amountMinor: 9_999n, currency: 'CNY', paidAt: 5 },
    });
    expect(first('PaymentFailed')).toEqual({
      type: 'FailPayment',
      data: { ...ids, reason: 'no money' },
    });
    expect(first('PaymentClosed')).toEqual({
      type: 'RecordPaymentClosed',
      data: { ...ids, reason: 'TIMED_OUT' },
    });
  });

  it('close the payment that is known, with words for people', () => {
    expect(first('OrderCancelled')).toEqual({
      type: 'ClosePayment',
      data: { orderNo: 'O-1', payNo: 'PAY-1', reason: 'the order was cancelled' },
    });
    expect(first('OrderExpired')).toMatchObject({ data: { reason: 'the order expired' } });
  });

  it('tell an order whether its payment is led at a gateway', () => {
    const policy = { attemptsMax: 1, queryIntervalMs: 1, refundLateSuccess: true };
    const gateway = { ...policy, subject: null, returnUrl: null };
    const led: CheckoutEvent = { ...created, data: { ...created.data, gateway } };
    expect(checkoutManager.react(led, situations.nothing, context)).toMatchObject([
      { type: 'AwaitPayment', data: { atGateway: true } },
    ]);
  });

  it('close the payment of an order whose time is over', () => {
    expect(first('OrderExpiryRequested')).toEqual({
      type: 'ClosePayment',
      data: { orderNo: 'O-1', payNo: 'PAY-1', reason: 'the order expired' },
    });
  });

  it('say nothing of a payment whose order is kept by its merchant', () => {
    expect(checkoutManager.react(ofMerchant, situations.nothing, context)).toEqual([]);
    expect(checkoutManager.react(ofMerchant, situations['order cancelled'], context)).toEqual([]);
  });

  it('close a payment that came after the end of its order', () => {
    expect(first('PaymentCreated', situations['order cancelled'])).toEqual({
      type: 'ClosePayment',
      data: {
        ...{ orderNo: 'O-1', payNo: 'PAY-1' },
        reason: 'the order had ended before the payment was created',
      },
    });
  });
});
