import { anyContext, given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { OrderCommand } from './commands.ts';
import type { OrderEvent } from './events.ts';
import { paymentEventsRemembered } from './limits.ts';
import { orderDecider } from './order.ts';
import { upcastOrder } from './state.ts';

const payBy = anyContext.atMs + 1_800_000;

const create = (
  over: Partial<Extract<OrderCommand, { type: 'CreateOrder' }>['data']> = {},
): OrderCommand => ({
  type: 'CreateOrder',
  data: {
    orderNo: 'O-1',
    tenant: 'main',
    items: [
      { sku: 'tea', quantity: 2, unitAmountMinor: 3_000n },
      { sku: 'cup', quantity: 1, unitAmountMinor: 3_999n },
    ],
    amountMinor: 9_999n,
    currency: 'CNY',
    payBy,
    idempotencyKey: null,
    fingerprint: 'a'.repeat(64),
    purchase: null,
    ...over,
  },
});
const payment = { orderNo: 'O-1', payNo: 'PAY-1' };
const awaited = { ...payment, atGateway: false };
const wait: OrderCommand = { type: 'AwaitPayment', data: { ...awaited, paymentEventId: 'e1' } };
const waitAtGateway: OrderCommand = {
  type: 'AwaitPayment',
  data: { ...awaited, atGateway: true, paymentEventId: 'e1' },
};
const confirm = (over: object = {}): OrderCommand => ({
  type: 'ConfirmPayment',
  data: {
    ...{ ...payment, paymentEventId: 'e2', amountMinor: 9_999n, currency: 'CNY', paidAt: 5 },
    ...over,
  },
});
const fail = (over: object = {}): OrderCommand => ({
  type: 'FailPayment',
  data: { ...payment, paymentEventId: 'e3', reason: 'no money', ...over },
});
const closed = (over: object = {}): OrderCommand => ({
  type: 'RecordPaymentClosed',
  data: { ...payment, paymentEventId: 'e4', reason: 'TIMED_OUT', ...over },
});
const cancel: OrderCommand = { type: 'CancelOrder', data: { orderNo: 'O-1', reason: 'mind' } };
const expire: OrderCommand = { type: 'ExpireOrder', data: {} };

const late = { atMs: payBy };

/** Histories, made by the decider itself. */
function history(...commands: readonly OrderCommand[]): readonly OrderEvent[] {
  let events: readonly OrderEvent[] = [];
  for (const command of commands) {
    const context = command.type === 'ExpireOrder' ? late : {};
    events = [...events, ...given(orderDecider, events).when(command, context).events];
  }
  return events;
}

const histories = {
  none: [],
  PENDING: history(create()),
  WAITING_PAYMENT: history(create(), wait),
  'WAITING_PAYMENT at a gateway': history(create(), waitAtGateway),
  'WAITING_PAYMENT and overdue': history(create(), waitAtGateway, expire),
  PAID: history(create(), wait, confirm()),
  FAILED: history(create(), wait, fail()),
  EXPIRED: history(create(), wait, expire),
  CANCELLED: history(create(), wait, cancel),
} as const;

type Status = keyof typeof histories;

/** What a command meets in each status: the events, `=` for unchanged, else the refusal's code. */
const table: Readonly<Record<string, Readonly<Record<Status, string>>>> = {
  CreateOrder: {
    none: 'OrderCreated',
    PENDING: '=',
    WAITING_PAYMENT: '=',
    'WAITING_PAYMENT at a gateway': '=',
    'WAITING_PAYMENT and overdue': '=',
    PAID: '=',
    FAILED: '=',
    EXPIRED: '=',
    CANCELLED: '=',
  },
  'CreateOrder, other parameters': {
    none: 'OrderCreated',
    PENDING: 'ORDER_PARAMETERS_DIFFER',
    WAITING_PAYMENT: 'ORDER_PARAMETERS_DIFFER',
    'WAITING_PAYMENT at a gateway': 'ORDER_PARAMETERS_DIFFER',
    'WAITING_PAYMENT and overdue': 'ORDER_PARAMETERS_DIFFER',
    PAID: 'ORDER_PARAMETERS_DIFFER',
    FAILED: 'ORDER_PARAMETERS_DIFFER',
    EXPIRED: 'ORDER_PARAMETERS_DIFFER',
    CANCELLED: 'ORDER_PARAMETERS_DIFFER',
  },
  CancelOrder: {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderCancelled',
    WAITING_PAYMENT: 'OrderCancelled',
    'WAITING_PAYMENT at a gateway': 'OrderCancelled',
    'WAITING_PAYMENT and overdue': 'OrderCancelled',
    PAID: 'ORDER_ALREADY_PAID',
    FAILED: 'ORDER_ENDED',
    EXPIRED: 'ORDER_ENDED',
    CANCELLED: '=',
  },
  AwaitPayment: {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderAwaitingPayment',
    WAITING_PAYMENT: '=',
    'WAITING_PAYMENT at a gateway': '=',
    'WAITING_PAYMENT and overdue': '=',
    PAID: '=',
    FAILED: 'ORDER_ENDED',
    EXPIRED: 'ORDER_ENDED',
    CANCELLED: 'ORDER_ENDED',
  },
  'AwaitPayment of another': {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderAwaitingPayment',
    WAITING_PAYMENT: 'ORDER_AWAITS_ANOTHER_PAYMENT',
    'WAITING_PAYMENT at a gateway': 'ORDER_AWAITS_ANOTHER_PAYMENT',
    'WAITING_PAYMENT and overdue': 'ORDER_AWAITS_ANOTHER_PAYMENT',
    PAID: '=',
    FAILED: 'ORDER_ENDED',
    EXPIRED: 'ORDER_ENDED',
    CANCELLED: 'ORDER_ENDED',
  },
  ConfirmPayment: {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderPaid',
    WAITING_PAYMENT: 'OrderPaid',
    'WAITING_PAYMENT at a gateway': 'OrderPaid',
    'WAITING_PAYMENT and overdue': 'OrderPaid',
    PAID: 'OrderPaymentReportRecorded',
    FAILED: 'OrderPaymentReportRecorded',
    EXPIRED: 'OrderPaymentReportRecorded',
    CANCELLED: 'OrderPaymentReportRecorded',
  },
  'ConfirmPayment, other amount': {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderPaymentReportRecorded',
    WAITING_PAYMENT: 'OrderPaymentReportRecorded',
    'WAITING_PAYMENT at a gateway': 'OrderPaymentReportRecorded',
    'WAITING_PAYMENT and overdue': 'OrderPaymentReportRecorded',
    PAID: 'OrderPaymentReportRecorded',
    FAILED: 'OrderPaymentReportRecorded',
    EXPIRED: 'OrderPaymentReportRecorded',
    CANCELLED: 'OrderPaymentReportRecorded',
  },
  FailPayment: {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderFailed',
    WAITING_PAYMENT: 'OrderFailed',
    'WAITING_PAYMENT at a gateway': 'OrderFailed',
    'WAITING_PAYMENT and overdue': 'OrderFailed',
    PAID: 'OrderPaymentReportRecorded',
    FAILED: 'OrderPaymentReportRecorded',
    EXPIRED: 'OrderPaymentReportRecorded',
    CANCELLED: 'OrderPaymentReportRecorded',
  },
  'FailPayment of another': {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderFailed',
    WAITING_PAYMENT: 'OrderPaymentReportRecorded',
    'WAITING_PAYMENT at a gateway': 'OrderPaymentReportRecorded',
    'WAITING_PAYMENT and overdue': 'OrderPaymentReportRecorded',
    PAID: 'OrderPaymentReportRecorded',
    FAILED: 'OrderPaymentReportRecorded',
    EXPIRED: 'OrderPaymentReportRecorded',
    CANCELLED: 'OrderPaymentReportRecorded',
  },
  RecordPaymentClosed: {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderPaymentReportRecorded OrderExpired',
    WAITING_PAYMENT: 'OrderPaymentReportRecorded OrderExpired',
    'WAITING_PAYMENT at a gateway': 'OrderPaymentReportRecorded OrderExpired',
    'WAITING_PAYMENT and overdue': 'OrderPaymentReportRecorded OrderExpired',
    PAID: 'OrderPaymentReportRecorded',
    FAILED: 'OrderPaymentReportRecorded',
    EXPIRED: 'OrderPaymentReportRecorded',
    CANCELLED: 'OrderPaymentReportRecorded',
  },
  'RecordPaymentClosed, not by time': {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderPaymentReportRecorded OrderCancelled',
    WAITING_PAYMENT: 'OrderPaymentReportRecorded OrderCancelled',
    'WAITING_PAYMENT at a gateway': 'OrderPaymentReportRecorded OrderCancelled',
    'WAITING_PAYMENT and overdue': 'OrderPaymentReportRecorded OrderExpired',
    PAID: 'OrderPaymentReportRecorded',
    FAILED: 'OrderPaymentReportRecorded',
    EXPIRED: 'OrderPaymentReportRecorded',
    CANCELLED: 'OrderPaymentReportRecorded',
  },
  ExpireOrder: {
    none: 'ORDER_NOT_FOUND',
    PENDING: 'OrderExpired',
    WAITING_PAYMENT: 'OrderExpired',
    'WAITING_PAYMENT at a gateway': 'OrderExpiryRequested',
    'WAITING_PAYMENT and overdue': '=',
    PAID: '=',
    FAILED: '=',
    EXPIRED: '=',
    CANCELLED: '=',
  },
  'ExpireOrder, too early': {
    none: 'ORDER_NOT_FOUND',
    PENDING: '=',
    WAITING_PAYMENT: '=',
    'WAITING_PAYMENT at a gateway': '=',
    'WAITING_PAYMENT and overdue': '=',
    PAID: '=',
    FAILED: '=',
    EXPIRED: '=',
    CANCELLED: '=',
  },
};

const fresh = { paymentEventId: 'e9' };
const commands: Readonly<Record<keyof typeof table, OrderCommand>> = {
  CreateOrder: create(),
  'CreateOrder, other parameters': create({ fingerprint: 'b'.repeat(64) }),
  CancelOrder: cancel,
  AwaitPayment: { type: 'AwaitPayment', data: { ...awaited, ...fresh } },
  'AwaitPayment of another': { type: 'AwaitPayment', data: { ...awaited, payNo: 'P2', ...fresh } },
  ConfirmPayment: confirm(fresh),
  'ConfirmPayment, other amount': confirm({ ...fresh, amountMinor: 9_998n }),
  FailPayment: fail(fresh),
  'FailPayment of another': fail({ ...fresh, payNo: 'PAY-2' }),
  RecordPaymentClosed: closed(fresh),
  'RecordPaymentClosed, not by time': closed({ ...fresh, reason: 'an operator said so' }),
  ExpireOrder: expire,
  'ExpireOrder, too early': expire,
};

describe('every command in every status', () => {
  for (const [name, row] of Object.entries(table)) {
    const command = commands[name];
    for (const [status, expected] of Object.entries(row)) {
      it(`${name} in ${status}: ${expected}`, () => {
        if (command === undefined) throw new Error(`no command for the row ${name}`);
        const before = given(orderDecider, histories[status as Status]);
        expect(before.state.status).toBe(status.split(' ')[0]);
        const after = before.when(command, name === 'ExpireOrder' ? late : {});
        const types = after.events.map(({ type }) => type).join(' ');
        expect(after.code ?? (types || '=')).toBe(expected);
      });
    }
  }
});

describe('an order', () => {
  it('is created at broker time with everything that was asked', () => {
    const { events, state } = given(orderDecider).when(create());
    const { data } = create() as Extract<OrderCommand, { type: 'CreateOrder' }>;
    expect(events).toEqual([
      { type: 'OrderCreated', data: { ...data, createdAt: anyContext.atMs } },
    ]);
    expect(orderDecider.timers(state)).toEqual([{ name: 'expire', dueMs: payBy }]);
  });

  it('refuses what does not add up', () => {
    const code = (over: Parameters<typeof create>[0]): string | null =>
      given(orderDecider).when(create(over)).code;
    expect(code({ items: [] })).toBe('ORDER_WITHOUT_ITEMS');
    expect(code({ amountMinor: 10_000n })).toBe('AMOUNT_MISMATCH');
    expect(code({ amountMinor: 0n })).toBe('AMOUNT_NOT_POSITIVE');
    expect(code({ payBy: anyContext.atMs })).toBe('PAYMENT_DEADLINE_PASSED');
    const none = [{ sku: 'tea', quantity: 0, unitAmountMinor: 1n }];
    expect(code({ items: none })).toBe('ITEM_QUANTITY_INVALID');
    const negative = [
      { sku: 'tea', quantity: 1, unitAmountMinor: -1n },
      { sku: 'cup', quantity: 1, unitAmountMinor: 10_000n },
    ];
    expect(code({ items: negative })).toBe('AMOUNT_NOT_POSITIVE');
  });

  it('tells another client nothing of the order under its number', () => {
    const other = given(orderDecider, histories.PAID).when(create({ fingerprint: 'b' }));
    expect(other.decision).toEqual({
      kind: 'rejected',
      rejection: {
        code: 'ORDER_PARAMETERS_DIFFER',
        message: 'an order of this number exists, with other parameters',
      },
    });
  });

  it('is paid by the exact amount and currency only', () => {
    for (const over of [{ amountMinor: 1n }, { amountMinor: 10_000n }, { currency: 'USD' }]) {
      const { events, state } = given(orderDecider, histories.WAITING_PAYMENT).when(confirm(over));
      expect(events.map(({ type }) => type)).toEqual(['OrderPaymentReportRecorded']);
      expect(state.status).toBe('WAITING_PAYMENT');
    }
  });

  it('records a report after its end once per payments event', () => {
    const once = given(orderDecider, histories.EXPIRED).when(confirm({ paymentEventId: 'late' }));
    expect(once.events).toEqual([
      {
        type: 'OrderPaymentReportRecorded',
        data: { ...payment, paymentEventId: 'late', report: 'SUCCEEDED', orderStatus: 'EXPIRED' },
      },
    ]);
    const seen = [...histories.EXPIRED, ...once.events];
    const again = given(orderDecider, seen).when(confirm({ paymentEventId: 'late' }));
    expect(again.decision.kind).toBe('unchanged');
  });

  it('remembers the payments event of its newest report, and a bounded number of them', () => {
    let events = [...histories.PAID];
    for (let i = 0; i < paymentEventsRemembered + 5; i += 1) {
      const report = fail({ paymentEventId: `report-${i}` });
      events = [...events, ...given(orderDecider, events).when(report).events];
    }
    const { state } = given(orderDecider, events);
    if (state.status === 'none') throw new Error('no order');
    expect(state.paymentEventIds).toHaveLength(paymentEventsRemembered);
    expect(state.paymentEventIds.at(-1)).toBe(`report-${paymentEventsRemembered + 4}`);
  });

  it('answers with amounts as text of minor units and times as epoch milliseconds', () => {
    const { state, decision } = given(orderDecider, histories.PAID).when(create());
    expect(orderDecider.answer(state, create(), decision)).toEqual({
      orderNo: 'O-1',
      status: 'PAID',
      items: [
        { sku: 'tea', quantity: 2, unitAmountMinor: '3000' },
        { sku: 'cup', quantity: 1, unitAmountMinor: '3999' },
      ],
      amountMinor: '9999',
      currency: 'CNY',
      purchase: null,
      payByMs: payBy,
      createdAtMs: anyContext.atMs,
      payNo: 'PAY-1',
      paidAtMs: 5,
      reason: null,
      paymentLastEventId: 'e2',
    });
  });

  it('wants its deadline while it is open, and no longer', () => {
    const wanted = (status: Status): readonly string[] =>
      orderDecider.timers(given(orderDecider, histories[status]).state).map(({ name }) => name);
    expect(wanted('PENDING')).toEqual(['expire']);
    expect(wanted('WAITING_PAYMENT')).toEqual(['expire']);
    expect(wanted('WAITING_PAYMENT at a gateway')).toEqual(['expire']);
    // Its time is over; from now on only its payment ends it.
    expect(wanted('WAITING_PAYMENT and overdue')).toEqual([]);
    for (const ended of ['none', 'PAID', 'FAILED', 'EXPIRED', 'CANCELLED'] as const) {
      expect(wanted(ended)).toEqual([]);
    }
  });

  it('is asked to expire by its timer', () => {
    const { state } = given(orderDecider, histories.PENDING);
    expect(orderDecider.onTimer({ name: 'expire', dueMs: payBy }, state)).toEqual(expire);
  });
});

describe('an order whose payment is open at a gateway when its time is over', () => {
  const overdue = histories['WAITING_PAYMENT and overdue'];
  const types = (events: readonly OrderEvent[]) => events.map(({ type }) => type);

  it('asks for the end of the payment instead of expiring, once', () => {
    const asked = given(orderDecider, histories['WAITING_PAYMENT at a gateway']).when(expire, late);
    expect(asked.events).toEqual([
      { type: 'OrderExpiryRequested', data: { ...payment, payBy, requestedAt: payBy } },
    ]);
    const again = given(orderDecider, overdue).when(expire, { atMs: payBy + 86_400_000 });
    expect(again.decision.kind).toBe('unchanged');
  });

  it('expires once the payment is closed, whatever words it was closed with', () => {
    for (const reason of ['TIMED_OUT', 'the order expired', 'an operator said so']) {
      const { events } = given(orderDecider, overdue).when(closed({ reason }), late);
      expect(events[1]).toEqual({ type: 'OrderExpired', data: { orderNo: 'O-1', payBy } });
    }
  });

  it('is paid all the same when the payment turns out to be', () => {
    expect(given(orderDecider, overdue).when(confirm(), late).state.status).toBe('PAID');
  });

  it('does not wait for a payment that ended without ending it', () => {
    const other = confirm({ amountMinor: 1n });
    const told = given(orderDecider, overdue).when(other, late);
    expect(types(told.events)).toEqual(['OrderPaymentReportRecorded']);
    expect(orderDecider.timers(told.state)).toEqual([{ name: 'expire', dueMs: payBy }]);
    const events = [...overdue, ...told.events];
    expect(types(given(orderDecider, events).when(expire, late).events)).toEqual(['OrderExpired']);
  });

  it('still waits when another payment than its own reports', () => {
    const other = given(orderDecider, overdue).when(fail({ payNo: 'PAY-2' }), late);
    expect(types(other.events)).toEqual(['OrderPaymentReportRecorded']);
    expect(orderDecider.timers(other.state)).toEqual([]);
  });
});

it('an order from before there were purchases is none', () => {
  const { state } = given(orderDecider, histories.PAID);
  const before = Object.fromEntries(Object.entries(state).filter(([name]) => name !== 'purchase'));
  expect(upcastOrder(before)).toEqual(state);
  expect(upcastOrder(orderDecider.initialState)).toBe(orderDecider.initialState);
});

it('an order from before gateways were known expires by its deadline', () => {
  const { state } = given(orderDecider, histories.WAITING_PAYMENT);
  const before = Object.fromEntries(Object.entries(state).filter(([name]) => name !== 'expiry'));
  expect(upcastOrder(before)).toEqual(state);
  const asked = given(orderDecider, histories['WAITING_PAYMENT and overdue']).state;
  expect(upcastOrder(asked)).toBe(asked);
  const { state: pending } = given(orderDecider, histories.PENDING);
  expect(upcastOrder(pending)).toBe(pending);
});
