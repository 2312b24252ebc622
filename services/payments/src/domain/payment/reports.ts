import type { CallbackStatus, GatewayAnswer, ReportSource } from '@plumbline/events';
import type { DecisionContext } from '@plumbline/kernel';
import { unreachable } from '@plumbline/kernel';
import type { EventList, PaymentEvent } from './events.ts';
import { contractVersion } from './events.ts';
import { lateRefund } from './refunds.ts';
import type { EndedPayment, OpenPayment, Payment } from './state.ts';
import { contractStatus, hasEnded } from './state.ts';

/** What a gateway says of a payment of its own accord or when asked, once it is believed. */
export type GatewayReport =
  | {
      readonly kind: 'paid';
      readonly amountMinor: bigint;
      readonly currency: string;
      readonly gatewayTransactionId: string;
      /** By the gateway's clock, epoch ms; `null`: as of now. */
      readonly paidAtMs: number | null;
    }
  | { readonly kind: 'failed'; readonly code: string | null; readonly message: string | null }
  | { readonly kind: 'closed' };

/** What an answer or a callback says of the payment itself; `null` for what ends nothing. */
export function reportOf(answer: GatewayAnswer): GatewayReport | null {
  const { amountMinor, currency, gatewayTransactionId, occurredAt: paidAtMs } = answer;
  switch (answer.result) {
    case 'PAID':
      // Money without an amount, a currency or a number is no statement about money.
      if (amountMinor === null || currency === null || gatewayTransactionId === null) return null;
      return { kind: 'paid', amountMinor, currency, gatewayTransactionId, paidAtMs };
    case 'FAILED':
      return { kind: 'failed', code: answer.code, message: answer.message };
    case 'CLOSED':
      return { kind: 'closed' };
    case 'ACCEPTED':
    case 'NOT_FOUND':
    case 'NOT_SENT':
    case 'PENDING':
    case 'REFUNDED':
    case 'REFUSED':
    case 'UNKNOWN':
      return null;
  }
}

/** How it is known: the call or the callback that said it. */
export interface Source {
  readonly source: Exclude<ReportSource, 'UNKNOWN'>;
  readonly id: string;
}

/** The reason of a payment that the gateway closed by itself. */
export const closedAtGateway = 'CLOSED_AT_GATEWAY';

/** Moves an open payment, confirms or contradicts an ended one; a wrong sum moves nothing. */
export function takeReport(
  payment: Payment,
  report: GatewayReport,
  from: Source,
  { list, context }: { readonly list: EventList; readonly context: DecisionContext },
): void {
  const mismatch = report.kind === 'paid' ? mismatchOf(payment, report) : null;
  if (mismatch !== null) {
    if (wasTold(payment, { ...mismatch, source: from.source })) return;
    list.add(mismatched(payment, mismatch, from, context));
    return;
  }
  if (!hasEnded(payment)) {
    list.add(ending(payment, report, list.nextId(), context));
    return;
  }
  takeAfterEnd(payment, report, from, { list, context });
}

interface Mismatch {
  readonly field: 'AMOUNT' | 'CURRENCY' | 'TRANSACTION';
  readonly expected: string;
  readonly found: string;
}

interface ToldMismatch {
  readonly field: string;
  readonly found: string;
  readonly source: ReportSource;
}

export const mismatchKey = ({ field, found, source }: ToldMismatch): string =>
  `${source} ${field}=${found}`;

/**
 * What differs is told once. The gateway's own answer weighs more than a signed callback: it is told
 * beside one that said the same, and a callback is not told after it.
 */
export const wasTold = ({ gateway }: Payment, mismatch: ToldMismatch): boolean =>
  gateway?.mismatch === mismatchKey(mismatch) ||
  gateway?.mismatch === mismatchKey({ ...mismatch, source: 'QUERY' });

function mismatchOf(
  payment: Payment,
  report: Extract<GatewayReport, { readonly kind: 'paid' }>,
): Mismatch | null {
  const { amountMinor, currency } = payment;
  if (report.currency !== currency)
    return { field: 'CURRENCY', expected: currency, found: report.currency };
  if (report.amountMinor !== amountMinor) {
    const [expected, found] = [amountMinor.toString(), report.amountMinor.toString()];
    return { field: 'AMOUNT', expected, found };
  }
  if (payment.status !== 'succeeded') return null;
  const { channelTradeNo: expected } = payment;
  const found = report.gatewayTransactionId;
  return expected === found ? null : { field: 'TRANSACTION', expected, found };
}

const mismatched = (
  { payNo, orderNo }: Payment,
  mismatch: Mismatch,
  { source, id }: Source,
  { atMs }: DecisionContext,
): PaymentEvent => ({
  type: 'PaymentReportMismatched',
  data: { payNo, orderNo, source, sourceId: id, ...mismatch, reportedAt: atMs },
});

function ending(
  payment: OpenPayment,
  report: GatewayReport,
  eventId: string,
  context: DecisionContext,
): PaymentEvent {
  switch (report.kind) {
    case 'paid': {
      const { gatewayTransactionId: channelTradeNo, paidAtMs } = report;
      return succeeded(payment, { channelTradeNo, paidAtMs, eventId }, context);
    }
    case 'failed': {
      const reason = report.message ?? report.code ?? 'the gateway reported a failure';
      return failed(payment, { channelTradeNo: null, reason, eventId }, context);
    }
    case 'closed':
      return closed(payment, payment.closing ?? closedAtGateway, context);
    default:
      return unreachable(report);
  }
}

/** What contract 1 wants in both events of an end. `eventId`: that of the event itself. */
const ended = (
  { payNo, orderNo, amountMinor, currency, channel }: Payment,
  eventId: string,
  { atMs, correlationId }: DecisionContext,
) => ({
  ...{ eventId, payNo, orderNo, amountMinor, currency, channel },
  ...{ eventTime: atMs, traceId: correlationId, version: contractVersion },
});

export const succeeded = (
  payment: OpenPayment,
  paid: {
    readonly channelTradeNo: string;
    readonly paidAtMs: number | null;
    readonly eventId: string;
  },
  context: DecisionContext,
): PaymentEvent => ({
  type: 'PaymentSucceeded',
  data: {
    ...ended(payment, paid.eventId, context),
    channelTradeNo: paid.channelTradeNo,
    paidAt: paid.paidAtMs ?? context.atMs,
  },
});

export const failed = (
  payment: OpenPayment,
  why: {
    readonly channelTradeNo: string | null;
    readonly reason: string;
    readonly eventId: string;
  },
  context: DecisionContext,
): PaymentEvent => ({
  type: 'PaymentFailed',
  data: {
    ...ended(payment, why.eventId, context),
    channelTradeNo: why.channelTradeNo,
    failedAt: context.atMs,
    reason: why.reason,
  },
});

export const closed = (
  { payNo, orderNo }: Payment,
  reason: string,
  { atMs }: DecisionContext,
): PaymentEvent => ({ type: 'PaymentClosed', data: { payNo, orderNo, reason, closedAt: atMs } });

function takeAfterEnd(
  payment: EndedPayment,
  report: GatewayReport,
  { source, id }: Source,
  { list, context }: { readonly list: EventList; readonly context: DecisionContext },
): void {
  const reportedStatus = report.kind === 'paid' ? 'SUCCESS' : 'FAILED';
  const channelTradeNo = report.kind === 'paid' ? report.gatewayTransactionId : null;
  const said = { callbackId: id, channelTradeNo, source };
  if (opposes(payment, reportedStatus)) {
    list.add(contradiction(payment, { ...said, reportedStatus }, context));
    lateRefund(payment, reportedStatus, { list, context });
  } else if (payment.contradicted) {
    list.add(confirmation(payment, said, context));
  }
}

/** Whether a report says otherwise than the end. A closed payment was not paid. */
export const opposes = (payment: EndedPayment, reported: CallbackStatus): boolean =>
  (payment.status === 'succeeded') !== (reported === 'SUCCESS');

interface Said {
  readonly callbackId: string;
  readonly channelTradeNo: string | null;
  readonly source: ReportSource;
}

export const contradiction = (
  payment: EndedPayment,
  said: Said & { readonly reportedStatus: CallbackStatus },
  { atMs }: DecisionContext,
): PaymentEvent => ({
  type: 'PaymentReportContradicted',
  data: {
    payNo: payment.payNo,
    orderNo: payment.orderNo,
    currentStatus: contractStatus(payment.status),
    ...said,
    reportedAt: atMs,
  },
});

export const confirmation = (
  payment: EndedPayment,
  said: Said,
  { atMs }: DecisionContext,
): PaymentEvent => ({
  type: 'PaymentReportConfirmed',
  data: {
    payNo: payment.payNo,
    orderNo: payment.orderNo,
    status: contractStatus(payment.status),
    ...said,
    reportedAt: atMs,
  },
});
