import type { CheckoutEvent } from './domain/checkout/checkout.ts';

const orderNo = 'O-1';
const ids = { orderNo, payNo: 'PAY-1' };
const money = { amountMinor: 9_999n, currency: 'CNY' };
const ended = {
  ...{ ...ids, ...money, eventId: 'event-1', eventTime: 5, traceId: 'trace', version: '1.0' },
  channel: 'MOCK' as const,
};

/** One event of each type that the checkout reads, all of one order. */
export const eventOf: {
  readonly [T in CheckoutEvent['type']]: Extract<CheckoutEvent, { readonly type: T }>;
} = {
  OrderCreated: {
    type: 'OrderCreated',
    data: {
      ...{ orderNo, tenant: 'main', items: [], ...money, payBy: 9, createdAt: 1 },
      ...{ idempotencyKey: null, fingerprint: 'f' },
    },
  },
  OrderAwaitingPayment: { type: 'OrderAwaitingPayment', data: { ...ids, paymentEventId: 'e' } },
  OrderPaid: { type: 'OrderPaid', data: { ...ids, ...money, paymentEventId: 'e', paidAt: 5 } },
  OrderFailed: { type: 'OrderFailed', data: { ...ids, paymentEventId: 'e', reason: 'no money' } },
  OrderExpired: { type: 'OrderExpired', data: { orderNo, payBy: 9 } },
  OrderCancelled: { type: 'OrderCancelled', data: { orderNo, reason: 'mind' } },
  OrderPaymentReportRecorded: {
    type: 'OrderPaymentReportRecorded',
    data: { ...ids, paymentEventId: 'e', report: 'FAILED', orderStatus: 'PAID' },
  },
  PaymentCreated: {
    type: 'PaymentCreated',
    data: { ...ids, ...money, id: 1n, tenant: 'main', channel: 'MOCK', expireAt: 9, createdAt: 1 },
  },
  PaymentProcessing: { type: 'PaymentProcessing', data: { ...ids, acceptedAt: 2 } },
  PaymentSucceeded: {
    type: 'PaymentSucceeded',
    data: { ...ended, channelTradeNo: 'MOCK_1', paidAt: 5 },
  },
  PaymentFailed: {
    type: 'PaymentFailed',
    data: { ...ended, channelTradeNo: null, failedAt: 5, reason: 'no money' },
  },
  PaymentClosed: { type: 'PaymentClosed', data: { ...ids, reason: 'TIMED_OUT', closedAt: 9 } },
  PaymentCallbackRecorded: {
    type: 'PaymentCallbackRecorded',
    data: {
      ...{ ...ids, callbackId: 'c', callbackStatus: 'SUCCESS', channelTradeNo: null },
      ...{ timestamp: '1', nonce: 'n', rawPayload: '{}', result: 'IGNORED', code: null },
      ...{ contradictory: false, currentStatus: 'SUCCESS', receivedAt: 6 },
    },
  },
  PaymentReportContradicted: {
    type: 'PaymentReportContradicted',
    data: {
      ...{ ...ids, callbackId: 'c', currentStatus: 'SUCCESS', reportedStatus: 'FAILED' },
      ...{ channelTradeNo: null, reportedAt: 7 },
    },
  },
  PaymentReportConfirmed: {
    type: 'PaymentReportConfirmed',
    data: { ...ids, callbackId: 'c', status: 'SUCCESS', channelTradeNo: null, reportedAt: 8 },
  },
};
