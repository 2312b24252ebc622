import type { OrdersEvent, PaymentsEvent } from '@plumbline/events';
import type { StepName } from './histories.ts';

/** What the events of one course have in common. */
export interface Subject {
  readonly tenant: string;
  readonly orderNo: string;
  readonly payNo: string;
  /** Number of the course, from which amounts and numbers are made. */
  readonly index: number;
  /** Business time, epoch ms. */
  readonly atMs: number;
  /** 64 hex, as a fingerprint has them. */
  readonly fingerprint: string;
}

export const currency = 'CNY';
const minuteMs = 60_000;

/** What the course is about, minor units. */
export const amountOf = (index: number): bigint => BigInt(1_000 + (index % 90_000));

/** The event in the shape in which the services write it. `eventId` is that of its envelope. */
export function payloadOf(
  name: StepName,
  subject: Subject,
  eventId: string,
): OrdersEvent | PaymentsEvent {
  const { tenant, orderNo, payNo, index, atMs } = subject;
  const amountMinor = amountOf(index);
  const channelTradeNo = `MOCK_${String(index).padStart(18, '0')}`;
  const both = { payNo, orderNo };
  const money = { amountMinor, currency };
  const callbackId = `mock-${eventId}`;
  const source = 'CALLBACK' as const;
  switch (name) {
    case 'OrderCreated':
      return { type: name, data: { ...orderOf(subject, amountMinor) } };
    case 'OrderAwaitingPayment':
      return { type: name, data: { ...both, paymentEventId: eventId, atGateway: false } };
    case 'OrderPaid':
      return { type: name, data: { ...both, ...money, paymentEventId: eventId, paidAt: atMs } };
    case 'OrderFailed':
      return { type: name, data: { ...both, paymentEventId: eventId, reason: 'payment failed' } };
    case 'OrderExpired':
      return { type: name, data: { orderNo, payBy: atMs + 30 * minuteMs } };
    case 'PaymentCreated': {
      const times = { expireAt: atMs + 15 * minuteMs, createdAt: atMs };
      const data = { ...both, ...money, ...times, id: BigInt(index) * 65_536n, tenant };
      return { type: name, data: { ...data, channel: 'MOCK', gateway: null, merchant: null } };
    }
    case 'PaymentProcessing':
      return {
        type: name,
        data: { ...both, acceptedAt: atMs, gatewayTransactionId: null, payUrl: null },
      };
    case 'PaymentCallbackRecorded':
      return { type: name, data: recordedOf(subject, callbackId, channelTradeNo) };
    case 'PaymentSucceeded':
    case 'PaymentFailed': {
      const traceId = eventId;
      const shared = { ...both, ...money, eventId, channelTradeNo, eventTime: atMs, traceId };
      const reported = { ...shared, channel: 'MOCK' as const, version: '1.0' };
      return name === 'PaymentSucceeded'
        ? { type: name, data: { ...reported, paidAt: atMs } }
        : { type: name, data: { ...reported, failedAt: atMs, reason: 'refused by the channel' } };
    }
    case 'PaymentReportContradicted': {
      const statuses = { currentStatus: 'SUCCESS', reportedStatus: 'FAILED' } as const;
      const report = { ...both, callbackId, channelTradeNo, reportedAt: atMs, source };
      return { type: name, data: { ...report, ...statuses } };
    }
    case 'PaymentReportConfirmed': {
      const report = { ...both, callbackId, channelTradeNo, reportedAt: atMs, source };
      return { type: name, data: { ...report, status: 'SUCCESS' } };
    }
  }
}

const orderOf = ({ tenant, orderNo, atMs, fingerprint, index }: Subject, amountMinor: bigint) => ({
  ...{ orderNo, tenant, amountMinor, currency, fingerprint },
  items: [{ sku: `plumb-bob-${index % 100}`, quantity: 1, unitAmountMinor: amountMinor }],
  payBy: atMs + 30 * minuteMs,
  idempotencyKey: `key-${index}`,
  purchase: null,
  createdAt: atMs,
});

function recordedOf(subject: Subject, callbackId: string, channelTradeNo: string) {
  const { payNo, orderNo, atMs, index } = subject;
  const signed = { timestamp: String(atMs), nonce: String(index).padStart(16, '0') };
  const body = JSON.stringify({ payNo, callbackStatus: 'SUCCESS', ...signed, callbackId });
  // As long as the real thing, and as little to be read.
  const rawPayload = `enc:v1:bench:${Buffer.from(body).toString('base64url')}`;
  return {
    ...{ payNo, orderNo, callbackId, channelTradeNo, ...signed, rawPayload },
    ...({ callbackStatus: 'SUCCESS', result: 'PROCESSED', code: null } as const),
    ...({ contradictory: false, currentStatus: 'PAYING', receivedAt: atMs } as const),
  };
}
