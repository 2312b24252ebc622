import type { GatewayAnswer } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type {
  CallbackReport,
  CloseAnswer,
  CreateAnswer,
  NotSent,
  QueryAnswer,
  RefundAnswer,
  RefundQueryAnswer,
  Unknown,
} from '../gateways/port.ts';

export type AnyAnswer =
  CreateAnswer | QueryAnswer | CloseAnswer | RefundAnswer | RefundQueryAnswer | Unknown | NotSent;

const nothing: Omit<GatewayAnswer, 'result'> = {
  ...{ code: null, message: null, gatewayTransactionId: null, handle: null, payUrl: null },
  ...{ amountMinor: null, currency: null, occurredAt: null, refundedMinor: null },
  gatewayRefundId: null,
};

/** An adapter's answer as it stands in the log. */
export function recordOfAnswer(answer: AnyAnswer): GatewayAnswer {
  switch (answer.kind) {
    case 'accepted':
      return { ...nothing, result: 'ACCEPTED', ...idsOf(answer) };
    case 'paid': {
      // A closing that comes too late only says that much; a query says how much.
      if (!('amountMinor' in answer)) return { ...nothing, result: 'PAID' };
      const { gatewayTransactionId, amountMinor, currency, refundedMinor, paidAtMs } = answer;
      const money = { gatewayTransactionId, amountMinor, currency, refundedMinor };
      return { ...nothing, result: 'PAID', ...money, occurredAt: paidAtMs };
    }
    case 'refunded': {
      const { gatewayRefundId } = answer;
      if (!('amountMinor' in answer)) return { ...nothing, result: 'REFUNDED', gatewayRefundId };
      const { amountMinor, currency } = answer;
      return { ...nothing, result: 'REFUNDED', gatewayRefundId, amountMinor, currency };
    }
    case 'pending': {
      const payUrl = 'payUrl' in answer ? (answer.payUrl ?? null) : null;
      return { ...nothing, result: 'PENDING', payUrl };
    }
    case 'closed':
      return { ...nothing, result: 'CLOSED' };
    case 'not-found':
      return { ...nothing, result: 'NOT_FOUND' };
    case 'failed':
      return { ...nothing, result: 'FAILED', ...whyOf(answer) };
    case 'refused':
      // What is about us, our clock or our rate, and not about the payment, is as good as not sent.
      return { ...nothing, result: answer.temporary ? 'NOT_SENT' : 'REFUSED', ...whyOf(answer) };
    case 'unknown':
      return { ...nothing, result: 'UNKNOWN', ...whyOf(answer) };
    case 'not-sent':
      // What the adapter cannot say to this gateway at all, no later attempt can say either.
      return { ...nothing, result: answer.temporary ? 'NOT_SENT' : 'REFUSED', ...whyOf(answer) };
    default:
      return unreachable(answer);
  }
}

const whyOf = ({ code, message }: { readonly code: string; readonly message: string }) => ({
  code,
  message,
});

function idsOf(
  answer: Extract<AnyAnswer, { readonly kind: 'accepted' }>,
): Partial<Omit<GatewayAnswer, 'result'>> {
  if ('gatewayRefundId' in answer) return { gatewayRefundId: answer.gatewayRefundId };
  const { gatewayTransactionId, payUrl, handle } = answer;
  return { gatewayTransactionId, payUrl, handle };
}

/** What a callback says, as it stands in the log, and the refund that it concerns. */
export function recordOfReport(report: CallbackReport): {
  readonly refundReference: string | null;
  readonly answer: GatewayAnswer;
} {
  switch (report.kind) {
    case 'refunded': {
      const { refundReference, ...answer } = report;
      return { refundReference, answer: recordOfAnswer(answer) };
    }
    case 'refund-failed': {
      const { refundReference, code, message } = report;
      return { refundReference, answer: recordOfAnswer({ kind: 'failed', code, message }) };
    }
    case 'paid-as-asked': {
      // How much it does not say; without an amount it moves nothing before a query has.
      const { gatewayTransactionId, paidAtMs: occurredAt } = report;
      const answer = { ...nothing, result: 'PAID', gatewayTransactionId, occurredAt } as const;
      return { refundReference: null, answer };
    }
    case 'paid':
    case 'failed':
    case 'closed':
    case 'pending':
      return { refundReference: null, answer: recordOfAnswer(report) };
    default:
      return unreachable(report);
  }
}

/** Whether the gateway was there and ready to answer. */
export function wasThere(answer: AnyAnswer): boolean {
  if (answer.kind === 'not-sent' || answer.kind === 'refused') return !answer.temporary;
  if (answer.kind !== 'unknown') return true;
  return !/^(TIMED_OUT|CONNECTION_LOST|HTTP_5\d\d|HTTP_429)$/.test(answer.code);
}
