import type { CallbackStatus, Channel, GatewayAnswer } from '@plumbline/events';
import type { Decision, DecisionContext } from '@plumbline/kernel';
import { rejected, unchanged } from '@plumbline/kernel';
import type { CallLine, LedPayment } from './calls.ts';
import { callRequested, delayMs, isLed, newLine } from './calls.ts';
import type { PaymentCommandOf } from './commands.ts';
import type { EventList, PaymentEvent } from './events.ts';
import { allOf, eventList } from './events.ts';
import * as limits from './limits.ts';
import type { PaymentRejectionCode } from './rejections.ts';
import { paymentRejection } from './rejections.ts';
import type { EndedPayment, Payment } from './state.ts';
import { hasEnded } from './state.ts';

/**
 *   requested ──► processing ──► succeeded
 *       │  ▲         ▲   │
 *       │  └ again ┐ │   └─────► failed      only when the gateway says so
 *       └──────► unknown ──────► (any of them)
 *
 * From its request on, and until it has failed, a refund counts against what was captured.
 */
export interface Refund {
  /** A UUID. */
  readonly refundId: string;
  /** By which the gateway knows it: the id without its hyphens. */
  readonly refundReference: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly reason: string | null;
  readonly automatic: boolean;
  /** Of which money it is: the second transaction's, or `null` for what paid the payment. */
  readonly gatewayTransactionId: string | null;
  readonly status: 'requested' | 'processing' | 'unknown' | 'succeeded' | 'failed';
  readonly gatewayRefundId: string | null;
  /** Why it failed. */
  readonly failure: { readonly code: string; readonly reason: string } | null;
  /** Broker time, epoch ms. */
  readonly requestedAtMs: number;
  /** When it became unknown, epoch ms; before that, when it was asked for. */
  readonly sinceMs: number;
  readonly line: CallLine;
}

type Deciding = { readonly list: EventList; readonly context: DecisionContext };

const refuse = (code: PaymentRejectionCode): Decision<PaymentEvent> =>
  rejected(paymentRejection(code));

/** What is refunded or may still be of one transaction, minor units; `null`: of the one that paid. */
export const reservedMinor = (
  { refunds }: Pick<Payment, 'refunds'>,
  transactionId: string | null,
): bigint =>
  Object.values(refunds).reduce(
    (sum, { status, amountMinor, gatewayTransactionId }) =>
      status === 'failed' || gatewayTransactionId !== transactionId ? sum : sum + amountMinor,
    0n,
  );

/** What is known to have gone back of what paid the payment, minor units. */
export const refundedMinor = ({ refunds }: Pick<Payment, 'refunds'>): bigint =>
  Object.values(refunds).reduce(
    (sum, { status, amountMinor, gatewayTransactionId }) =>
      status === 'succeeded' && gatewayTransactionId === null ? sum + amountMinor : sum,
    0n,
  );

type Asked = Omit<PaymentCommandOf<'RefundPayment'>, 'payNo'>;

/** What forbids a refund, whatever it is of; `null` for nothing. */
function refusalOf(data: Asked, payment: Payment): PaymentRejectionCode | null {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(data.refundId))
    return 'REFUND_ID_INVALID';
  if (!hasEnded(payment) || payment.capturedMinor === 0n) return 'PAYMENT_NOT_SUCCEEDED';
  if (!isLed(payment)) return 'CHANNEL_BY_HAND';
  if (data.currency !== payment.currency) return 'CURRENCY_DIFFERS';
  if (data.amountMinor <= 0n) return 'AMOUNT_OUT_OF_RANGE';
  return Object.keys(payment.refunds).length >= limits.refundsMax ? 'REFUNDS_TOO_MANY' : null;
}

export function refundPayment(
  data: PaymentCommandOf<'RefundPayment'>,
  payment: Payment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const known = payment.refunds[data.refundId];
  if (known !== undefined) {
    const same =
      known.amountMinor === data.amountMinor &&
      known.currency === data.currency &&
      known.reason === data.reason &&
      known.gatewayTransactionId === null;
    return same ? unchanged : refuse('REFUND_PARAMETERS_DIFFER');
  }
  const refusal = refusalOf(data, payment);
  if (refusal !== null) return refuse(refusal);
  if (!hasEnded(payment) || !isLed(payment)) return refuse('PAYMENT_NOT_SUCCEEDED');
  if (reservedMinor(payment, null) + data.amountMinor > payment.capturedMinor)
    return refuse('REFUND_EXCEEDS_CAPTURED');
  const list = eventList(context);
  requestRefund(payment, { ...data, ...ofPayment, automatic: false }, { list, context });
  return allOf(list);
}

const ofPayment = { gatewayTransactionId: null };

/** Gateways that give back by their own number; by ours of the payment they give back of the first. */
export const refundsByTransaction: ReadonlySet<Channel> = new Set<Channel>(['LAKALA', 'PAYPAY']);

/**
 * What a second transaction took goes back, or what is left of it; never anything of the first. Once
 * money of the first goes back, nobody here knows which of the two the buyer still pays with, and
 * where there are three transactions, not which is meant: then a person has to look.
 */
export function refundSecondTransaction(
  data: PaymentCommandOf<'RefundSecondTransaction'>,
  payment: Payment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const known = payment.refunds[data.refundId];
  if (known !== undefined) {
    const same =
      known.amountMinor <= data.amountMinor &&
      known.currency === data.currency &&
      known.reason === data.reason &&
      known.gatewayTransactionId !== null;
    return same ? unchanged : refuse('REFUND_PARAMETERS_DIFFER');
  }
  const refusal = refusalOf(data, payment);
  if (refusal !== null) return refuse(refusal);
  if (payment.status !== 'succeeded' || !isLed(payment)) return refuse('PAYMENT_NOT_SUCCEEDED');
  if (!refundsByTransaction.has(payment.channel)) return refuse('SECOND_NOT_REFUNDABLE');
  const [second, ...more] = payment.otherTransactions;
  if (second === undefined) return refuse('NO_SECOND_TRANSACTION');
  if (more.length > 0) return refuse('TRANSACTIONS_SEVERAL');
  if (reservedMinor(payment, null) > 0n) return refuse('FIRST_REFUNDED');
  const leftMinor = payment.amountMinor - reservedMinor(payment, second);
  if (leftMinor <= 0n) return refuse('REFUND_EXCEEDS_CAPTURED');
  const amountMinor = data.amountMinor < leftMinor ? data.amountMinor : leftMinor;
  const list = eventList(context);
  const what = { ...data, amountMinor, gatewayTransactionId: second, automatic: false };
  requestRefund(payment, what, { list, context });
  return allOf(list);
}

function requestRefund(
  payment: LedPayment,
  asked: {
    readonly refundId: string;
    readonly amountMinor: bigint;
    readonly reason: string | null;
    readonly automatic: boolean;
    readonly gatewayTransactionId: string | null;
  },
  { list, context: { atMs } }: Deciding,
): void {
  const { payNo, orderNo, currency } = payment;
  const refundReference = asked.refundId.replaceAll('-', '');
  const { refundId, amountMinor, reason, automatic, gatewayTransactionId } = asked;
  const money = { amountMinor, currency, gatewayTransactionId };
  const what = { refundId, refundReference, ...money, reason, automatic };
  list.add({ type: 'RefundRequested', data: { payNo, orderNo, ...what, requestedAt: atMs } });
  const refund = newRefund({ ...what, requestedAt: atMs });
  const callId = list.nextId();
  list.add(callRequested({ payment, kind: 'REFUND', callId, atMs, refund }));
}

export const newRefund = (
  requested: Omit<
    Refund,
    'status' | 'gatewayRefundId' | 'failure' | 'requestedAtMs' | 'sinceMs' | 'line'
  > & { readonly requestedAt: number },
): Refund => {
  const { refundId, refundReference, amountMinor, currency, reason, automatic } = requested;
  const { requestedAt: requestedAtMs, gatewayTransactionId } = requested;
  const sinceMs = requestedAtMs;
  return {
    ...{ refundId, refundReference, amountMinor, currency, reason, automatic },
    ...{ gatewayTransactionId, requestedAtMs, sinceMs },
    ...{ status: 'requested', gatewayRefundId: null, failure: null },
    line: newLine(sinceMs),
  };
};

/** Money that came after the payment ended unpaid goes back once, where the policy says so. */
export function lateRefund(
  payment: EndedPayment,
  reported: CallbackStatus,
  { list, context }: Deciding,
): void {
  if (reported !== 'SUCCESS' || !isLed(payment) || payment.capturedMinor > 0n) return;
  if (!payment.gateway.policy.refundLateSuccess) return;
  const { amountMinor } = payment;
  const reason = `paid after the payment had ended as ${payment.status}`;
  const asked = { refundId: list.nextId(), amountMinor, reason, automatic: true, ...ofPayment };
  requestRefund(payment, asked, { list, context });
}

/** What follows from the answer to a call about a refund. */
export function afterRefundCall(
  payment: LedPayment,
  refund: Refund,
  answer: GatewayAnswer,
  { list, context }: Deciding,
): void {
  const { payNo, orderNo } = payment;
  const { atMs } = context;
  const about = { payNo, orderNo, refundId: refund.refundId };
  const isSend = refund.line.call?.kind === 'REFUND';
  const code = answer.code ?? answer.result;
  const message = answer.message ?? 'the gateway gave no reason';
  // Each send begins the wait anew in which the gateway may not know of it yet.
  const becomeUnknown = () => {
    list.add({ type: 'RefundUnknown', data: { ...about, code, message, since: atMs } });
  };
  switch (answer.result) {
    case 'REFUNDED': {
      const { amountMinor, currency, gatewayTransactionId } = refund;
      const found = answer.amountMinor ?? amountMinor;
      if (found !== amountMinor || (answer.currency ?? currency) !== currency) {
        list.add(refundMismatch(payment, refund, answer, atMs));
        return;
      }
      const gatewayRefundId = answer.gatewayRefundId ?? refund.refundReference;
      const refundedAt = answer.occurredAt ?? atMs;
      const money = { amountMinor, currency, gatewayTransactionId };
      const data = { ...about, ...money, gatewayRefundId, refundedAt };
      list.add({ type: 'RefundSucceeded', data });
      return;
    }
    case 'ACCEPTED':
    case 'PENDING': {
      if (refund.status === 'processing') return;
      const gatewayRefundId = answer.gatewayRefundId ?? refund.gatewayRefundId;
      list.add({ type: 'RefundProcessing', data: { ...about, gatewayRefundId, acceptedAt: atMs } });
      return;
    }
    case 'REFUSED':
      // Sent only once nothing of it is under way any more, so that this is what it comes to.
      list.add({ type: 'RefundFailed', data: { ...about, code, reason: message, failedAt: atMs } });
      return;
    case 'FAILED':
      if (isSend) {
        becomeUnknown();
        return;
      }
      list.add({ type: 'RefundFailed', data: { ...about, code, reason: message, failedAt: atMs } });
      return;
    case 'NOT_FOUND':
      if (isSend) {
        becomeUnknown();
        return;
      }
      if (refund.status !== 'unknown') return;
      if (atMs < refund.sinceMs + limits.notFoundCountsAfterMs) return;
      list.add(callRequested({ payment, kind: 'REFUND', callId: list.nextId(), atMs, refund }));
      return;
    case 'NOT_SENT':
      return;
    case 'PAID':
    case 'CLOSED':
    case 'UNKNOWN':
      if (isSend) becomeUnknown();
      return;
  }
}

const refundMismatch = (
  { payNo, orderNo }: Payment,
  refund: Refund,
  answer: GatewayAnswer,
  reportedAt: number,
): PaymentEvent => ({
  type: 'PaymentReportMismatched',
  data: {
    ...{ payNo, orderNo, source: 'QUERY', reportedAt },
    sourceId: refund.line.call?.callId ?? refund.refundId,
    field: 'REFUND',
    expected: `${refund.amountMinor} ${refund.currency}`,
    found: `${answer.amountMinor ?? '?'} ${answer.currency ?? '?'}`,
  },
});

/** When the refund wants the next call, and which; `null` while one is under way, and at its end. */
export function nextRefundCall({
  refundId,
  status,
  line,
}: Refund): { readonly kind: 'REFUND' | 'QUERY_REFUND'; readonly dueMs: number } | null {
  if (line.call !== null || status === 'succeeded' || status === 'failed') return null;
  const dueMs = line.sinceMs + delayMs(Math.max(1, line.tries), refundId);
  return { kind: status === 'requested' ? 'REFUND' : 'QUERY_REFUND', dueMs };
}
