import type { ReactionContext } from '@plumbline/kernel';
import { slotOf } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import { eventOf } from '../../testing-events.ts';
import type { OrderOrPaymentEvent } from './checkout.ts';
import { checkoutManager } from './checkout.ts';

type Type = OrderOrPaymentEvent['type'];

const key = 'main/O-1';
const context: ReactionContext = { atMs: 1, slot: slotOf(key), eventId: 'event-7', key };

const after = (...types: readonly Type[]) =>
  types.reduce(
    (state, type) => checkoutManager.evolve(state, eventOf[type]),
    checkoutManager.initialState,
  );

const created = eventOf.PaymentCreated;
const ofMerchant: OrderOrPaymentEvent = {
  ...created,
  data: {
    ...created.data,
    merchant: {
      ...{ orderType: 'PAYMENT', subject: 'tea', extraData: null, idempotencyKey: null },
      fingerprint: 'f',
    },
  },
};

const purchase: Extract<OrderOrPaymentEvent, { type: 'OrderCreated' }> = {
  type: 'OrderCreated',
  data: {
    ...eventOf.OrderCreated.data,
    items: [{ sku: 'tea', quantity: 2, unitAmountMinor: 5n }],
    purchase: { buyer: 'u1', balanceMinor: 3n, channel: 'MOCK' },
  },
};

const situations = {
  nothing: after(),
  'payment open': after('PaymentCreated'),
  'payment succeeded': after('PaymentCreated', 'PaymentSucceeded'),
  'payment failed': after('PaymentCreated', 'PaymentFailed'),
  'payment closed': after('PaymentCreated', 'PaymentClosed'),
  'order cancelled': after('OrderCancelled'),
  'order failed': after('OrderFailed'),
  'order expired, payment open': after('PaymentCreated', 'OrderExpired'),
  "payment of a merchant's own order": checkoutManager.evolve(
    checkoutManager.initialState,
    ofMerchant,
  ),
  'a purchase': checkoutManager.evolve(checkoutManager.initialState, purchase),
} as const;

const none = '-';
/** Everywhere but for an order that its merchant keeps, of which nobody is told anything. */
const same = (commands: string): readonly string[] =>
  Object.values(situations).map(({ isMerchants }) => (isMerchants === true ? none : commands));

/** An order's end: its open payment is closed, and its checkout is told. */
const end = (ofOpenPayment: string): readonly string[] => [
  ...[none, ofOpenPayment, none, none, none, none, none, ofOpenPayment, none],
  'RecordOrderEnded',
];

/** The commands that each event leads to, in the order of the situations. */
const table: Readonly<Record<Type, readonly string[]>> = {
  PaymentCreated: [
    ...['AwaitPayment', 'AwaitPayment', 'AwaitPayment', 'AwaitPayment', 'AwaitPayment'],
    ...['ClosePayment', 'ClosePayment', 'ClosePayment', none, 'AwaitPayment'],
  ],
  PaymentSucceeded: same('ConfirmPayment'),
  PaymentFailed: same('FailPayment'),
  PaymentClosed: same('RecordPaymentClosed'),
  OrderCancelled: end('ClosePayment'),
  OrderExpired: end('ClosePayment'),
  OrderExpiryRequested: [...end('ClosePayment').slice(0, -1), none],
  OrderAwaitingPayment: same(none),
  OrderCreated: same(none),
  OrderFailed: end('ClosePayment'),
  OrderPaid: end(none),
  OrderPaidFromBalance: end(none),
  OrderPaymentReportRecorded: same(none),
  PaymentCallbackRecorded: same(none),
  PaymentProcessing: same(none),
  PaymentReportConfirmed: same(none),
  PaymentReportContradicted: same(none),
  GatewayCallReported: same(none),
  GatewayCallbackRecorded: same(none),
  GatewayCallRequested: same(none),
  GatewayQueryDeferred: same(none),
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

describe('the checkout of a purchase', () => {
  const situation = situations['a purchase'];

  it('is started with what the order says', () => {
    expect(checkoutManager.react(purchase, situations.nothing, context)).toEqual([
      {
        type: 'StartCheckout',
        data: {
          ...{ orderNo: 'O-1', tenant: 'main', items: [{ sku: 'tea', quantity: 2 }], payBy: 9 },
          ...{ amountMinor: 9_999n, balanceMinor: 3n, currency: 'CNY' },
          ...{ buyer: 'u1', channel: 'MOCK' },
        },
      },
    ]);
  });

  it('is told how its order ended, and by which event', () => {
    const told = (type: Type) => checkoutManager.react(eventOf[type], situation, context);
    const data = { orderNo: 'O-1', orderEventId: 'event-7' };
    const ends = {
      OrderPaid: 'PAID',
      OrderPaidFromBalance: 'PAID',
      OrderFailed: 'FAILED',
    } as const;
    const others = { OrderExpired: 'EXPIRED', OrderCancelled: 'CANCELLED' } as const;
    for (const [type, how] of Object.entries({ ...ends, ...others }))
      expect(told(type as Type)).toEqual([
        { type: 'RecordOrderEnded', data: { ...data, end: how } },
      ]);
  });
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
    const gateway = { ...policy, subject: null, returnUrl: null, account: null };
    const led: OrderOrPaymentEvent = { ...created, data: { ...created.data, gateway } };
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
