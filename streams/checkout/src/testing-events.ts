import type { OrderOrPaymentEvent } from './domain/checkout/checkout.ts';

const orderNo = 'O-1';
const ids = { orderNo, payNo: 'PAY-1' };
const money = { amountMinor: 9_999n, currency: 'CNY' };
const ended = {
  ...{ ...ids, ...money, eventId: 'event-1', eventTime: 5, traceId: 'trace', version: '1.0' },
  channel: 'MOCK' as const,
};

const answer = {
  ...{ result: 'ACCEPTED' as const, code: null, message: null, gatewayTransactionId: 'g' },
  ...{ handle: null, payUrl: null, amountMinor: null, currency: null, occurredAt: null },
  ...{ refundedMinor: null, gatewayRefundId: null },
};
const noRefund = {
  ...{ refundId: null, refundReference: null, refundAmountMinor: null, gatewayRefundId: null },
};

/** One event of each type that the checkout reads, all of one order. */
export const eventOf: {
  readonly [T in OrderOrPaymentEvent['type']]: Extract<OrderOrPaymentEvent, { readonly type: T }>;
} = {
  OrderCreated: {
    type: 'OrderCreated',
    data: {
      ...{ orderNo, tenant: 'main', items: [], ...money, payBy: 9, createdAt: 1 },
      ...{ idempotencyKey: null, fingerprint: 'f', purchase: null },
    },
  },
  OrderAwaitingPayment: {
    type: 'OrderAwaitingPayment',
    data: { ...ids, paymentEventId: 'e', atGateway: false },
  },
  OrderExpiryRequested: {
    type: 'OrderExpiryRequested',
    data: { ...ids, payBy: 9, requestedAt: 9 },
  },
  OrderPaid: { type: 'OrderPaid', data: { ...ids, ...money, paymentEventId: 'e', paidAt: 5 } },
  OrderPaidFromBalance: {
    type: 'OrderPaidFromBalance',
    data: { orderNo, holdId: orderNo, ...money, paidAt: 5 },
  },
  OrderFailed: { type: 'OrderFailed', data: { ...ids, paymentEventId: 'e', reason: 'no money' } },
  OrderExpired: { type: 'OrderExpired', data: { orderNo, payBy: 9 } },
  OrderCancelled: { type: 'OrderCancelled', data: { orderNo, reason: 'mind' } },
  OrderPaymentReportRecorded: {
    type: 'OrderPaymentReportRecorded',
    data: { ...ids, paymentEventId: 'e', report: 'FAILED', orderStatus: 'PAID' },
  },
  PaymentCreated: {
    type: 'PaymentCreated',
    data: {
      ...ids,
      ...money,
      id: 1n,
      tenant: 'main',
      channel: 'MOCK',
      expireAt: 9,
      createdAt: 1,
      gateway: null,
      merchant: null,
    },
  },
  PaymentProcessing: {
    type: 'PaymentProcessing',
    data: { ...ids, acceptedAt: 2, gatewayTransactionId: null, payUrl: null },
  },
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
      ...{
        timestamp: '1',
        nonce: 'n',
        rawPayload: 'enc:v1:test:e30',
        result: 'IGNORED',
        code: null,
      },
      ...{ contradictory: false, currentStatus: 'SUCCESS', receivedAt: 6 },
    },
  },
  PaymentReportContradicted: {
    type: 'PaymentReportContradicted',
    data: {
      ...{ ...ids, callbackId: 'c', currentStatus: 'SUCCESS', reportedStatus: 'FAILED' },
      ...{ channelTradeNo: null, reportedAt: 7, source: 'CALLBACK' },
    },
  },
  PaymentReportConfirmed: {
    type: 'PaymentReportConfirmed',
    data: {
      ...ids,
      callbackId: 'c',
      status: 'SUCCESS',
      channelTradeNo: null,
      reportedAt: 8,
      source: 'CALLBACK',
    },
  },
  PaymentUnknown: {
    type: 'PaymentUnknown',
    data: { ...ids, code: 'TIMED_OUT', message: 'no answer', since: 2 },
  },
  PaymentCloseRequested: {
    type: 'PaymentCloseRequested',
    data: { ...ids, reason: 'TIMED_OUT', requestedAt: 9 },
  },
  PaymentReportMismatched: {
    type: 'PaymentReportMismatched',
    data: {
      ...{ ...ids, source: 'QUERY', sourceId: 'call', field: 'AMOUNT' },
      ...{ expected: '9999', found: '1', reportedAt: 3 },
    },
  },
  PaymentRequestConflicted: {
    type: 'PaymentRequestConflicted',
    data: { ...ids, fields: ['amount'], fingerprint: 'other', requestedAt: 3 },
  },
  PaymentTransactionConflicted: {
    type: 'PaymentTransactionConflicted',
    data: {
      ...{ ...ids, channel: 'MOCK', gatewayTransactionId: 'G-1', otherPayNo: 'PAY-2' },
      ...{ otherTenant: 'main', otherOrderNo: 'O-2', otherEventId: 'e', reportedAt: 6 },
    },
  },
  GatewayCallRequested: {
    type: 'GatewayCallRequested',
    data: {
      ...{ ...ids, ...money, callId: 'call', kind: 'CREATE', channel: 'MOCK', attempt: 1 },
      ...{
        reference: 'PAY-1',
        subject: null,
        returnUrl: null,
        account: null,
        expireAt: 9,
        requestedAt: 1,
      },
      ...{ gatewayTransactionId: null, handle: null, reason: null, ...noRefund },
    },
  },
  GatewayQueryDeferred: {
    type: 'GatewayQueryDeferred',
    data: { ...ids, reason: 'a callback', askAt: 2, deferredAt: 1 },
  },
  GatewayCallStarted: {
    type: 'GatewayCallStarted',
    data: {
      ...{ ...ids, callId: 'call', kind: 'CREATE', refundId: null },
      ...{ worker: 'w', startedAt: 1, giveUpAt: 2 },
    },
  },
  GatewayCallReported: {
    type: 'GatewayCallReported',
    data: {
      ...{ ...ids, callId: 'call', kind: 'CREATE', refundId: null, reportedAt: 2 },
      ...{ beforeStatus: 'INIT', afterStatus: 'PAYING', answer },
    },
  },
  GatewayCallbackRecorded: {
    type: 'GatewayCallbackRecorded',
    data: {
      ...{ ...ids, channel: 'LAKALA', reference: 'PAY-1', callbackId: 'c', refundReference: null },
      ...{
        answer,
        rawPayload: 'enc:v1:test:e30',
        result: 'IGNORED',
        code: 'NOTHING_NEW',
        receivedAt: 2,
      },
      currentStatus: 'PAYING',
      merchantMatches: true,
    },
  },
  RefundRequested: {
    type: 'RefundRequested',
    data: {
      ...{ ...ids, ...money, refundId: 'r', refundReference: 'r', reason: null },
      ...{ automatic: false, gatewayTransactionId: null, requestedAt: 6 },
    },
  },
  RefundProcessing: {
    type: 'RefundProcessing',
    data: { ...ids, refundId: 'r', gatewayRefundId: null, acceptedAt: 7 },
  },
  RefundUnknown: {
    type: 'RefundUnknown',
    data: { ...ids, refundId: 'r', code: 'TIMED_OUT', message: 'no answer', since: 7 },
  },
  RefundSucceeded: {
    type: 'RefundSucceeded',
    data: {
      ...{ ...ids, ...money, refundId: 'r', gatewayRefundId: 'g' },
      ...{ gatewayTransactionId: null, refundedAt: 8 },
    },
  },
  RefundFailed: {
    type: 'RefundFailed',
    data: { ...ids, refundId: 'r', code: 'REFUSED', reason: 'no money', failedAt: 8 },
  },
};
