import type { PaymentsEvent, ResultsEvent } from '@plumbline/events';
import { splitRoutingKey, unreachable } from '@plumbline/kernel';
import { paymentOrderIdOf } from '../domain/payment/merchant.ts';

/**
 * What a merchant is told of its payment orders and refunds, in the words of contract 4.
 *
 *   pending ──► processing ──► succeeded
 *      │            │
 *      └────────────┴────────► succeeded | failed
 *
 * Nothing is told at the creation, which the merchant asked for itself; an unknown payment or refund
 * is processing; a payment that closed has failed. An end is never left: money that comes later goes
 * back as a refund of its own.
 */
export type ResultStatus = 'pending' | 'processing' | 'succeeded' | 'failed';

type OpenStatus = Extract<ResultStatus, 'pending' | 'processing'>;
type EndStatus = Exclude<ResultStatus, OpenStatus>;

/** What was last told of one order of a merchant, and what the next result will say beside it. */
export interface Told {
  /** `null` once it has ended. */
  readonly payment: OpenPaymentOrder | null;
  /** Those that have not ended, by id. */
  readonly refunds: Readonly<Record<string, OpenRefundOrder>>;
}

export interface OpenPaymentOrder {
  readonly status: OpenStatus;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly gatewayTransactionId: string | null;
}

export interface OpenRefundOrder {
  readonly status: OpenStatus;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly gatewayRefundId: string | null;
}

/** An event of a payment where it stands in the log. */
export interface PaymentFact {
  readonly event: PaymentsEvent;
  /** Record key: the routing key of the order. */
  readonly key: string;
  /** When it happened by the broker's clock, epoch ms. */
  readonly atMs: number;
}

export interface Telling {
  readonly told: Told;
  readonly result: ResultsEvent | null;
}

/** What one event makes of what was told; `null` as long as there is no order of a merchant. */
export function tell(told: Told | null, fact: PaymentFact): Telling | null {
  const { event } = fact;
  if (event.type === 'PaymentCreated') {
    if (told !== null || event.data.merchant === null) return quiet(told);
    const { amountMinor, currency } = event.data;
    const payment = { amountMinor, currency, gatewayTransactionId: null };
    return quiet({ payment: { status: 'pending', ...payment }, refunds: {} });
  }
  if (told === null) return null;
  switch (event.type) {
    case 'PaymentProcessing':
      return payment(told, fact, 'processing', event.data.gatewayTransactionId);
    case 'PaymentUnknown':
      return payment(told, fact, 'processing');
    case 'PaymentSucceeded':
      return payment(told, fact, 'succeeded', event.data.channelTradeNo);
    case 'PaymentFailed':
      return payment(told, fact, 'failed', event.data.channelTradeNo ?? undefined);
    case 'PaymentClosed':
      return payment(told, fact, 'failed');
    case 'RefundRequested': {
      const { refundId, amountMinor, currency } = event.data;
      const refund = { amountMinor, currency, gatewayRefundId: null };
      return quiet(withRefund(told, refundId, { status: 'pending', ...refund }));
    }
    case 'RefundProcessing':
      return refund(told, fact, 'processing', event.data);
    case 'RefundUnknown':
      return refund(told, fact, 'processing', event.data);
    case 'RefundSucceeded':
      return refund(told, fact, 'succeeded', event.data);
    case 'RefundFailed':
      return refund(told, fact, 'failed', event.data);
    case 'GatewayCallRequested':
      // The next attempt is another transaction.
      return quiet(event.data.kind === 'CREATE' ? withTransaction(told, null) : told);
    case 'GatewayCallReported':
      return quiet(withNumbers(told, event.data));
    case 'GatewayCallStarted':
    case 'GatewayQueryDeferred':
    case 'GatewayCallbackRecorded':
    case 'PaymentCallbackRecorded':
    case 'PaymentCloseRequested':
    case 'PaymentReportConfirmed':
    case 'PaymentReportContradicted':
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
      return quiet(told);
    default:
      return unreachable(event);
  }
}

const quiet = (told: Told | null): Telling | null =>
  told === null ? null : { told, result: null };

/** Tells of a payment order that has another status; the number is the last known if not given. */
function payment(
  told: Told,
  { event, key, atMs }: PaymentFact,
  newStatus: Exclude<ResultStatus, 'pending'>,
  transaction?: string | null,
): Telling {
  const { payment: before } = told;
  if (before === null) return { told, result: null };
  const { status: oldStatus, amountMinor, currency } = before;
  const gatewayTransactionId =
    transaction === undefined ? before.gatewayTransactionId : transaction;
  const after = isEnd(newStatus) ? null : { ...before, status: newStatus, gatewayTransactionId };
  const { payNo } = event.data;
  const data = {
    ...{ ...orderOf(key), payNo, oldStatus, newStatus, gatewayTransactionId },
    ...{ amountMinor, currency, occurredAt: atMs },
  };
  return {
    told: { ...told, payment: after },
    result: oldStatus === newStatus ? null : { type: 'PaymentResult', data },
  };
}

function refund(
  told: Told,
  { event, key, atMs }: PaymentFact,
  newStatus: Exclude<ResultStatus, 'pending'>,
  said: { readonly refundId: string; readonly gatewayRefundId?: string | null },
): Telling {
  const { refundId } = said;
  const before = told.refunds[refundId];
  if (before === undefined) return { told, result: null };
  const { status: oldStatus, amountMinor, currency } = before;
  const gatewayRefundId =
    said.gatewayRefundId === undefined ? before.gatewayRefundId : said.gatewayRefundId;
  const after = isEnd(newStatus) ? null : { ...before, status: newStatus, gatewayRefundId };
  const { payNo } = event.data;
  const data = {
    ...{ refundOrderId: refundId, ...orderOf(key), payNo, oldStatus, newStatus },
    ...{ gatewayRefundId, amountMinor, currency, occurredAt: atMs },
  };
  return {
    told: withRefund(told, refundId, after),
    result: oldStatus === newStatus ? null : { type: 'RefundResult', data },
  };
}

const isEnd = (status: ResultStatus): status is EndStatus =>
  status === 'succeeded' || status === 'failed';

function orderOf(key: string) {
  const { tenant, orderNo } = splitRoutingKey(key);
  return { paymentOrderId: paymentOrderIdOf(tenant, orderNo), tenant, orderNo };
}

/** A refund that has ended is forgotten: nothing can come of it any more. */
function withRefund(told: Told, refundId: string, refund: OpenRefundOrder | null): Told {
  const others = Object.entries(told.refunds).filter(([id]) => id !== refundId);
  const refunds = refund === null ? others : [...others, [refundId, refund] as const];
  return { ...told, refunds: Object.fromEntries(refunds) };
}

const withTransaction = (told: Told, gatewayTransactionId: string | null): Told =>
  told.payment === null || told.payment.gatewayTransactionId === gatewayTransactionId
    ? told
    : { ...told, payment: { ...told.payment, gatewayTransactionId } };

/** The gateway's numbers come with its answers. */
function withNumbers(
  told: Told,
  { kind, refundId, answer }: Extract<PaymentsEvent, { type: 'GatewayCallReported' }>['data'],
): Told {
  if (refundId === null)
    return kind === 'CREATE' ? withTransaction(told, answer.gatewayTransactionId) : told;
  const refund = told.refunds[refundId];
  const { gatewayRefundId } = answer;
  if (refund === undefined || gatewayRefundId === null) return told;
  if (refund.gatewayRefundId === gatewayRefundId) return told;
  return withRefund(told, refundId, { ...refund, gatewayRefundId });
}
