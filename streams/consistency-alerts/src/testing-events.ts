import type {
  CheckoutEvent,
  GatewayAnswer,
  OrdersEvent,
  PaymentsEvent,
  ReportSource,
} from '@plumbline/events';

/** Events of one order as its services write them, for tests of the rules. */
export const key = 'main/H1';
const orderNo = 'H1';
const tenant = 'main';
const payNo = 'PAY1';
const amountMinor = 9_990n;
const currency = 'CNY';

export const orderCreated: Extract<OrdersEvent, { type: 'OrderCreated' }> = {
  type: 'OrderCreated',
  data: {
    ...{ orderNo, tenant, amountMinor, currency },
    items: [{ sku: 'S1', quantity: 1, unitAmountMinor: amountMinor }],
    payBy: Date.UTC(2026, 0, 2),
    idempotencyKey: null,
    purchase: null,
    fingerprint: 'f',
    createdAt: Date.UTC(2026, 0, 1),
  },
};
export const purchaseCreated: OrdersEvent = {
  type: 'OrderCreated',
  data: { ...orderCreated.data, purchase: { buyer: 'u1', balanceMinor: 90n, channel: 'MOCK' } },
};
export const orderPaidFromBalance: OrdersEvent = {
  type: 'OrderPaidFromBalance',
  data: { orderNo, holdId: orderNo, amountMinor, currency, paidAt: 0 },
};
export const orderAwaiting: OrdersEvent = {
  type: 'OrderAwaitingPayment',
  data: { orderNo, payNo, paymentEventId: 'p1', atGateway: false },
};
export const orderPaid: Extract<OrdersEvent, { type: 'OrderPaid' }> = {
  type: 'OrderPaid',
  data: { orderNo, payNo, paymentEventId: 'p2', amountMinor, currency, paidAt: 0 },
};
export const orderExpired: OrdersEvent = { type: 'OrderExpired', data: { orderNo, payBy: 0 } };
export const orderFailed: OrdersEvent = {
  type: 'OrderFailed',
  data: { orderNo, payNo, paymentEventId: 'p2', reason: 'payment failed' },
};
export const orderReportRecorded: OrdersEvent = {
  type: 'OrderPaymentReportRecorded',
  data: {
    ...{ orderNo, payNo, paymentEventId: 'p2' },
    ...{ report: 'SUCCEEDED', orderStatus: 'WAITING_PAYMENT' },
  },
};

export const checkoutAsked: CheckoutEvent = {
  type: 'CheckoutStockRequested',
  data: {
    ...{ orderNo, step: 'CONFIRM', reservationIds: ['H1-1'] },
    ...{ attempt: 1, requestedAt: 1, repeatAt: 2 },
  },
};
export const checkoutCompleted: CheckoutEvent = {
  type: 'CheckoutCompleted',
  data: { orderNo, completedAt: 1 },
};
export const checkoutCompensated: CheckoutEvent = {
  type: 'CheckoutCompensated',
  data: { orderNo, compensatedAt: 1 },
};

export const paymentCreated: PaymentsEvent = {
  type: 'PaymentCreated',
  data: {
    ...{ id: 1n, payNo, orderNo, tenant, amountMinor, currency, channel: 'MOCK' },
    expireAt: 0,
    createdAt: 0,
    gateway: null,
    merchant: null,
  },
};
const reported = {
  ...{ eventId: 'p2', payNo, orderNo, amountMinor, currency, channel: 'MOCK' as const },
  ...{ channelTradeNo: 'MOCK_1', eventTime: 0, traceId: 't', version: '1.0' },
};
export const paymentSucceeded: PaymentsEvent = {
  type: 'PaymentSucceeded',
  data: { ...reported, paidAt: 0 },
};
export const paymentFailed: PaymentsEvent = {
  type: 'PaymentFailed',
  data: { ...reported, failedAt: 0, reason: 'refused' },
};
export const reportedFailed: PaymentsEvent = {
  type: 'PaymentReportContradicted',
  data: {
    ...{ payNo, orderNo, callbackId: 'c2', channelTradeNo: null, reportedAt: 0 },
    ...{ currentStatus: 'SUCCESS', reportedStatus: 'FAILED', source: 'CALLBACK' },
  },
};
export const reportedSuccess: PaymentsEvent = {
  type: 'PaymentReportContradicted',
  data: {
    ...{ payNo, orderNo, callbackId: 'c3', channelTradeNo: null, reportedAt: 0 },
    ...{ currentStatus: 'FAILED', reportedStatus: 'SUCCESS', source: 'CALLBACK' },
  },
};
export const reportConfirmed: PaymentsEvent = {
  type: 'PaymentReportConfirmed',
  data: {
    ...{ payNo, orderNo, callbackId: 'c4', channelTradeNo: null, reportedAt: 0 },
    ...{ status: 'SUCCESS', source: 'CALLBACK' },
  },
};

export const mismatched = (
  field: string,
  found: string,
  source: ReportSource = 'CALLBACK',
): PaymentsEvent => ({
  type: 'PaymentReportMismatched',
  data: {
    ...{ payNo, orderNo, source, sourceId: 'call-1', field, found, reportedAt: 0 },
    expected: field === 'AMOUNT' ? amountMinor.toString() : 'ours',
  },
});
export const requestConflicted = (fingerprint: string): PaymentsEvent => ({
  type: 'PaymentRequestConflicted',
  data: { payNo, orderNo, fields: ['amount', 'subject'], fingerprint, requestedAt: 0 },
});
export const transactionConflicted = (otherPayNo: string): PaymentsEvent => ({
  type: 'PaymentTransactionConflicted',
  data: {
    ...{ payNo, orderNo, channel: 'LAKALA', gatewayTransactionId: 'T-7', reportedAt: 0 },
    ...{ otherPayNo, otherTenant: 'shop', otherOrderNo: 'O-0', otherEventId: `${otherPayNo}-paid` },
  },
});

type Created = Extract<PaymentsEvent, { type: 'PaymentCreated' }>['data'];

/** The payment with something else in it. */
export const paymentWith = (change: Partial<Created>): PaymentsEvent => ({
  type: 'PaymentCreated',
  data: { ...paymentCreated.data, ...change },
});
/** At a gateway, which can be asked. */
export const ledPayment = (change: Partial<Created> = {}): PaymentsEvent =>
  paymentWith({
    expireAt: Date.UTC(2027, 0, 1),
    gateway: {
      ...{ attemptsMax: 1, queryIntervalMs: 2_000, refundLateSuccess: true, subject: null },
      ...{ returnUrl: null, account: null },
    },
    ...change,
  });
export const merchantsPayment: PaymentsEvent = paymentWith({
  merchant: {
    ...{ orderType: 'PAYMENT', subject: 'a book', extraData: null, fingerprint: 'f1' },
    idempotencyKey: null,
  },
});
export const paymentProcessing: PaymentsEvent = {
  type: 'PaymentProcessing',
  data: { payNo, orderNo, acceptedAt: 0, gatewayTransactionId: null, payUrl: null },
};
export const paymentUnknown: PaymentsEvent = {
  type: 'PaymentUnknown',
  data: { payNo, orderNo, code: 'TIMED_OUT', message: 'nothing within the deadline', since: 0 },
};
export const paymentClosed: PaymentsEvent = {
  type: 'PaymentClosed',
  data: { payNo, orderNo, reason: 'TIMED_OUT', closedAt: 0 },
};

export const refundRequested = (
  refundId: string,
  ofMinor: bigint,
  gatewayTransactionId: string | null = null,
): PaymentsEvent => ({
  type: 'RefundRequested',
  data: {
    ...{ payNo, orderNo, refundId, refundReference: refundId, amountMinor: ofMinor, currency },
    ...{ reason: null, automatic: false, gatewayTransactionId, requestedAt: 0 },
  },
});
export const refundUnknown = (refundId: string): PaymentsEvent => ({
  type: 'RefundUnknown',
  data: { payNo, orderNo, refundId, code: 'TIMED_OUT', message: 'no answer', since: 0 },
});
export const refundProcessing = (refundId: string): PaymentsEvent => ({
  type: 'RefundProcessing',
  data: { payNo, orderNo, refundId, gatewayRefundId: null, acceptedAt: 0 },
});
export const refundSucceeded = (
  refundId: string,
  ofMinor: bigint,
  gatewayTransactionId: string | null = null,
): PaymentsEvent => ({
  type: 'RefundSucceeded',
  data: {
    ...{ payNo, orderNo, refundId, amountMinor: ofMinor, currency },
    ...{ gatewayRefundId: 'G1', gatewayTransactionId, refundedAt: 0 },
  },
});
export const refundFailed = (refundId: string): PaymentsEvent => ({
  type: 'RefundFailed',
  data: { payNo, orderNo, refundId, code: 'NO', reason: 'refused', failedAt: 0 },
});

/** What the gateway says when it is asked how the payment stands. */
export const queried = (
  result: GatewayAnswer['result'],
  change: Partial<GatewayAnswer> = {},
): PaymentsEvent => ({
  type: 'GatewayCallReported',
  data: {
    ...{ payNo, orderNo, callId: 'call-9', kind: 'QUERY', refundId: null, reportedAt: 0 },
    ...{ beforeStatus: 'SUCCESS', afterStatus: 'SUCCESS' },
    answer: {
      ...{ result, code: null, message: null, gatewayTransactionId: null, handle: null },
      ...{ payUrl: null, amountMinor: null, currency: null, occurredAt: null },
      ...{ refundedMinor: null, gatewayRefundId: null },
      ...change,
    },
  },
});
