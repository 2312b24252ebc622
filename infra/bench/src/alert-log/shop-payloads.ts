import type {
  CheckoutEvent,
  EndpointsEvent,
  GatewayAnswer,
  OrdersEvent,
  PaymentsEvent,
  ReceivingEvent,
} from '@plumbline/events';
import type { Subject } from './payloads.ts';
import { amountOf, currency, payloadOf } from './payloads.ts';
import type { ShopStep } from './shop-courses.ts';

type ShopEvent = CheckoutEvent | EndpointsEvent | OrdersEvent | PaymentsEvent | ReceivingEvent;

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** The event in the shape in which the services write it. `eventId` is that of its envelope. */
export function shopPayloadOf(name: ShopStep, subject: Subject, eventId: string): ShopEvent {
  switch (name) {
    case 'OrderCreated':
    case 'OrderPaid':
    case 'OrderFailed':
    case 'OrderExpired':
    case 'PaymentProcessing':
    case 'PaymentSucceeded':
    case 'PaymentFailed':
    case 'PaymentReportContradicted':
    case 'PaymentReportConfirmed':
      return payloadOf(name, subject, eventId);
    case 'PurchaseCreated':
    case 'OrderAwaitingPayment':
    case 'PaymentCreated':
    case 'PaymentOfMoreCreated':
    case 'PaymentOfThePastCreated':
      return beginning(name, subject, eventId);
    case 'CheckoutStarted':
    case 'CheckoutStockRequested':
    case 'CheckoutStockAnswered':
    case 'CheckoutCompleted':
    case 'CheckoutCompensated':
      return ofCheckout(name, subject);
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayCallReported':
      return ofCall(name, subject);
    case 'GatewaySaysPaid':
    case 'GatewaySaysFailed':
    case 'GatewaySaysMoreRefunded':
      return called(name, subject, eventId);
    case 'QueryNamesOtherCurrency':
    case 'QueryNamesOtherAmount':
    case 'QueryNamesOtherTransaction':
    case 'CallbackNamesOtherMerchant':
    case 'PaymentTransactionConflicted':
      return conflicting(name, subject);
    case 'RefundRequested':
    case 'RefundProcessing':
    case 'RefundSucceeded':
      return ofRefund(name, subject);
    case 'OrderActivated':
    case 'MoneyMatched':
      return ofAccount(name, subject);
    case 'EndpointIncidentOpened':
    case 'EndpointIncidentEnded':
      return ofEndpoint(name, subject);
  }
}

function beginning(
  name:
    | ('PurchaseCreated' | 'OrderAwaitingPayment')
    | ('PaymentCreated' | 'PaymentOfMoreCreated' | 'PaymentOfThePastCreated'),
  subject: Subject,
  eventId: string,
): OrdersEvent | PaymentsEvent {
  const { payNo, orderNo, atMs } = subject;
  if (name === 'OrderAwaitingPayment')
    return { type: name, data: { payNo, orderNo, paymentEventId: eventId, atGateway: true } };
  const event = payloadOf(
    name === 'PurchaseCreated' ? 'OrderCreated' : 'PaymentCreated',
    subject,
    eventId,
  );
  if (event.type === 'OrderCreated') {
    const purchase = { buyer: `u-${subject.index % 5_000}`, balanceMinor: 0n, channel: 'MOCK' };
    return { type: event.type, data: { ...event.data, purchase } };
  }
  if (event.type !== 'PaymentCreated') return event;
  const policy = { attemptsMax: 3, queryIntervalMs: 30_000, refundLateSuccess: true };
  const gateway = { ...policy, subject: 'plumb bobs', returnUrl: null, account: null };
  const more = name === 'PaymentOfMoreCreated' ? 1n : 0n;
  const data = { ...event.data, gateway, amountMinor: event.data.amountMinor + more };
  // Rule M waits for ten minutes more than that.
  const expireAt = name === 'PaymentOfThePastCreated' ? atMs - hourMs : data.expireAt;
  return { type: event.type, data: { ...data, expireAt } };
}

function ofCheckout(name: Extract<ShopStep, `Checkout${string}`>, subject: Subject): CheckoutEvent {
  const { orderNo, tenant, index, atMs } = subject;
  const reservationId = `${orderNo}-1`;
  const sku = `plumb-bob-${index % 100}`;
  const step = 'RESERVE';
  switch (name) {
    case 'CheckoutStarted': {
      const sum = { amountMinor: amountOf(index), balanceMinor: 0n, currency, channel: 'MOCK' };
      const times = { payBy: atMs + 30 * minuteMs, reserveUntil: atMs + 60 * minuteMs };
      const lines = [{ sku, quantity: 1, reservationId }];
      const of = { orderNo, tenant, buyer: `u-${index % 5_000}`, holdId: orderNo, lines };
      return { type: name, data: { ...of, ...sum, ...times, startedAt: atMs } };
    }
    case 'CheckoutStockRequested': {
      const times = { requestedAt: atMs, repeatAt: atMs + 10_000 };
      const data = {
        orderNo,
        step,
        reservationIds: [reservationId],
        attempt: 1,
        ...times,
      } as const;
      return { type: name, data };
    }
    case 'CheckoutStockAnswered': {
      const answer = { accepted: true, code: null, answeredAt: atMs };
      return { type: name, data: { orderNo, step, sku, reservationId, ...answer } };
    }
    case 'CheckoutCompleted':
      return { type: name, data: { orderNo, completedAt: atMs } };
    case 'CheckoutCompensated':
      return { type: name, data: { orderNo, compensatedAt: atMs } };
  }
}

const noAnswer: Omit<GatewayAnswer, 'result'> = {
  ...{ code: null, message: null, gatewayTransactionId: null, handle: null, payUrl: null },
  ...{ amountMinor: null, currency: null, occurredAt: null, refundedMinor: null },
  gatewayRefundId: null,
};

const transactionOf = ({ index }: Subject): string => `MOCK_${String(index).padStart(18, '0')}`;

function ofCall(
  name: 'GatewayCallRequested' | 'GatewayCallStarted' | 'GatewayCallReported',
  subject: Subject,
): PaymentsEvent {
  const { payNo, orderNo, atMs, index } = subject;
  const of = { payNo, orderNo, callId: `${payNo}-1`, kind: 'CREATE', refundId: null } as const;
  switch (name) {
    case 'GatewayCallRequested': {
      const account = { account: null, subject: 'plumb bobs', returnUrl: null, handle: null };
      const refund = { refundReference: null, refundAmountMinor: null, gatewayRefundId: null };
      const sum = { amountMinor: amountOf(index), currency, gatewayTransactionId: null };
      const call = { ...of, channel: 'MOCK', attempt: 1, reference: payNo, reason: null } as const;
      const times = { expireAt: atMs + 15 * minuteMs, requestedAt: atMs };
      return { type: name, data: { ...call, ...account, ...refund, ...sum, ...times } };
    }
    case 'GatewayCallStarted': {
      const times = { startedAt: atMs, giveUpAt: atMs + 10_000 };
      return { type: name, data: { ...of, worker: 'payments-1', ...times } };
    }
    case 'GatewayCallReported': {
      const gatewayTransactionId = transactionOf(subject);
      const payUrl = `https://pay.example/${payNo}`;
      const answer = { ...noAnswer, result: 'ACCEPTED', gatewayTransactionId, payUrl } as const;
      const statuses = { beforeStatus: 'INIT', afterStatus: 'PAYING' } as const;
      return { type: name, data: { ...of, answer, ...statuses, reportedAt: atMs } };
    }
  }
}

/** A signed callback of the gateway, as long as the real thing. */
function called(
  name: 'GatewaySaysPaid' | 'GatewaySaysFailed' | 'GatewaySaysMoreRefunded',
  subject: Subject,
  eventId: string,
): PaymentsEvent {
  const { payNo, orderNo, atMs, index } = subject;
  const amountMinor = amountOf(index);
  const result = name === 'GatewaySaysFailed' ? 'FAILED' : 'PAID';
  const gatewayTransactionId = transactionOf(subject);
  const body = JSON.stringify({ payNo, result, gatewayTransactionId, at: atMs, eventId });
  const refundedMinor = name === 'GatewaySaysMoreRefunded' ? amountMinor + 1n : null;
  const sum = { amountMinor, currency, occurredAt: atMs, refundedMinor };
  return {
    type: 'GatewayCallbackRecorded',
    data: {
      ...{ payNo, orderNo, channel: 'MOCK', reference: payNo, callbackId: `mock-${eventId}` },
      answer: { ...noAnswer, result, gatewayTransactionId, ...sum },
      rawPayload: `enc:v1:bench:${Buffer.from(body).toString('base64url')}`,
      ...{ refundReference: null, result: 'PROCESSED', code: null, currentStatus: 'PAYING' },
      ...{ receivedAt: atMs, merchantMatches: true },
    },
  };
}

function conflicting(
  name:
    | ('QueryNamesOtherCurrency' | 'QueryNamesOtherAmount' | 'QueryNamesOtherTransaction')
    | ('CallbackNamesOtherMerchant' | 'PaymentTransactionConflicted'),
  { payNo, orderNo, atMs }: Subject,
): PaymentsEvent {
  const of = { payNo, orderNo, reportedAt: atMs };
  if (name === 'PaymentTransactionConflicted') {
    const other = { otherPayNo: 'PAY0', otherTenant: 'shop', otherOrderNo: 'O-0' };
    const data = { ...of, ...other, otherEventId: 'e', gatewayTransactionId: 'T-7' };
    return { type: name, data: { ...data, channel: 'MOCK' } };
  }
  const named = {
    QueryNamesOtherCurrency: { source: 'QUERY', field: 'CURRENCY', found: 'EUR' },
    QueryNamesOtherAmount: { source: 'QUERY', field: 'AMOUNT', found: '1' },
    QueryNamesOtherTransaction: { source: 'QUERY', field: 'TRANSACTION', found: 'T-other' },
    CallbackNamesOtherMerchant: { source: 'CALLBACK', field: 'MERCHANT', found: 'm-other' },
  } as const;
  const data = { ...of, sourceId: `${payNo}-2`, expected: '1000', ...named[name] };
  return { type: 'PaymentReportMismatched', data };
}

function ofRefund(
  name: 'RefundRequested' | 'RefundProcessing' | 'RefundSucceeded',
  { payNo, orderNo, atMs, index }: Subject,
): PaymentsEvent {
  const of = { payNo, orderNo, refundId: 'r1' };
  const sum = { amountMinor: amountOf(index), currency, gatewayTransactionId: null };
  switch (name) {
    case 'RefundRequested': {
      const asked = { refundReference: `${payNo}-r1`, reason: null, automatic: false };
      return { type: name, data: { ...of, ...sum, ...asked, requestedAt: atMs } };
    }
    case 'RefundProcessing':
      return { type: name, data: { ...of, gatewayRefundId: null, acceptedAt: atMs } };
    case 'RefundSucceeded':
      return { type: name, data: { ...of, ...sum, gatewayRefundId: 'R1', refundedAt: atMs } };
  }
}

/** Under the key of an account, whose name stands where the order's does. */
function ofAccount(name: 'OrderActivated' | 'MoneyMatched', subject: Subject): ReceivingEvent {
  const { tenant, orderNo: account, payNo, index, atMs } = subject;
  const amountMinor = amountOf(index);
  const of = { tenant, pid: account, aid: '1', cid: '1', orderNo: `${account}-${index}`, payNo };
  const reference = `${payNo}-1`;
  if (name === 'OrderActivated') {
    const sum = { amountMinor, payableMinor: amountMinor, currency, payUrl: null };
    const times = { expireAt: atMs + 15 * minuteMs, activatedAt: atMs };
    return { type: name, data: { ...of, type: 'wxpay', pattern: 1, reference, ...sum, ...times } };
  }
  const money = { payway: 'wxpay', channel: 'wxpay1#1', platformOrder: reference, amountMinor };
  const sums = { ...money, currency, orderAmountMinor: amountMinor, toldMinor: amountMinor };
  const how = { kind: 'ON_TIME', reason: null, rawPayload: null, reportedBy: 'mc_1' } as const;
  const times = { receivedAt: atMs, matchedAt: atMs };
  return { type: name, data: { ...of, reference, ...sums, ...how, ...times } };
}

/** Under the key of an endpoint, whose id stands where the order's number does. */
function ofEndpoint(
  name: 'EndpointIncidentOpened' | 'EndpointIncidentEnded',
  { tenant, orderNo: endpointId, atMs, index }: Subject,
): EndpointsEvent {
  const of = { endpointId, tenant, incidentId: `i-${index}`, kind: 'FAILING' } as const;
  if (name === 'EndpointIncidentEnded')
    return { type: name, data: { ...of, reason: 'it answers', endedAt: atMs } };
  const opened = { since: atMs, notificationId: null, detail: 'it fails', openedAt: atMs };
  return { type: name, data: { ...of, ...opened } };
}
