import type { GatewayAnswer } from '@plumbline/events';
import { invariant, unreachable } from '@plumbline/kernel';
import type { CallLine } from './calls.ts';
import { newLine } from './calls.ts';
import { seenStatusOf } from './seen-status.ts';
import type { PaymentEvent, PaymentEventOf } from './events.ts';
import { callbacksRemembered, otherTransactionsMax } from './limits.ts';
import type { Refund } from './refunds.ts';
import { newRefund, reservedMinor } from './refunds.ts';
import { mismatchKey } from './reports.ts';
import type {
  AtGateway,
  EndedPayment,
  Payment,
  PaymentFacts,
  PaymentState,
  SeenCallback,
} from './state.ts';
import { hasEnded } from './state.ts';

export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  if (event.type === 'PaymentCallbackRecorded') return remember(state, event.data);
  if (event.type === 'GatewayCallbackRecorded') {
    const { callbackId, answer } = event.data;
    return remember(state, { callbackId, callbackStatus: seenStatusOf(answer) });
  }
  if (event.type === 'PaymentCreated') {
    invariant(state.status === 'none', `payment ${event.data.payNo} was created twice`);
    return created(state.callbacks, event.data);
  }
  invariant(state.status !== 'none', `${event.type} of a payment that was never created`);
  switch (event.type) {
    case 'PaymentProcessing':
    case 'PaymentUnknown':
    case 'PaymentCloseRequested':
    case 'PaymentSucceeded':
    case 'PaymentFailed':
    case 'PaymentClosed':
      return moved(state, event);
    case 'PaymentReportContradicted': {
      const payment = endedOnly(state, event);
      if (event.data.reportedStatus !== 'SUCCESS') return { ...payment, contradicted: true };
      const paid = paidAs(payment, event.data.channelTradeNo);
      return { ...paid, contradicted: true, capturedMinor: payment.amountMinor };
    }
    case 'PaymentReportConfirmed':
      return { ...endedOnly(state, event), contradicted: false };
    case 'PaymentReportMismatched':
      return withMismatch(state, event.data);
    case 'PaymentRequestConflicted':
      return withConflict(state, event.data.fingerprint);
    case 'PaymentTransactionConflicted':
      return withConflict(state, event.data.otherEventId);
    case 'GatewayCallRequested':
    case 'GatewayCallStarted':
    case 'GatewayCallReported':
      return withCall(state, event);
    case 'GatewayQueryDeferred':
      return withGateway(state, { askAtMs: event.data.askAt });
    case 'RefundRequested':
    case 'RefundProcessing':
    case 'RefundUnknown':
    case 'RefundSucceeded':
    case 'RefundFailed':
      return withRefundEvent(endedOnly(state, event), event);
    default:
      return unreachable(event);
  }
}

function created(
  callbacks: PaymentFacts['callbacks'],
  data: PaymentEventOf<'PaymentCreated'>,
): Payment {
  const { expireAt: expireAtMs, createdAt: createdAtMs, gateway: policy, ...facts } = data;
  const gateway: AtGateway | null =
    policy === null
      ? null
      : {
          ...{ policy, attempt: 1, sent: false, gatewayTransactionId: null, handle: null },
          ...{ payUrl: null, mismatch: null, line: newLine(createdAtMs), askAtMs: null },
        };
  const times = { expireAtMs, createdAtMs };
  const nothing = { refunds: {}, conflicts: [], otherTransactions: [] };
  return { ...facts, ...times, gateway, callbacks, ...nothing, status: 'created', closing: null };
}

function remember(state: PaymentState, { callbackId, callbackStatus }: SeenCallback): PaymentState {
  const callbacks = [...state.callbacks, { callbackId, callbackStatus }];
  return { ...state, callbacks: callbacks.slice(-callbacksRemembered) };
}

/** One that only a callback names may be nobody's: the gateway is asked before anything moves by it. */
function withMismatch(payment: Payment, data: PaymentEventOf<'PaymentReportMismatched'>): Payment {
  const after = withGateway(payment, { mismatch: mismatchKey(data) });
  const { otherTransactions: known } = payment;
  const { field, source, found } = data;
  const isNew = field === 'TRANSACTION' && source === 'QUERY' && !known.includes(found);
  if (!isNew || known.length >= otherTransactionsMax) return after;
  return { ...after, otherTransactions: [...known, found] };
}

const withConflict = (payment: Payment, conflict: string): Payment => ({
  ...payment,
  conflicts: [...payment.conflicts, conflict],
});

/** What is true of the payment in every status. */
function factsOf(payment: Payment): PaymentFacts {
  const { id, payNo, orderNo, tenant, amountMinor, currency, channel } = payment;
  const { expireAtMs, createdAtMs, callbacks, gateway, refunds, merchant, conflicts } = payment;
  const { otherTransactions } = payment;
  return {
    ...{ id, payNo, orderNo, tenant, amountMinor, currency, channel },
    ...{ expireAtMs, createdAtMs, callbacks, gateway, refunds, merchant, conflicts },
    otherTransactions,
  };
}

/** At an end nobody waits any more for what was asked before. */
function ended(payment: Payment, capturedMinor: bigint) {
  const facts = factsOf(payment);
  const { gateway } = facts;
  const over = gateway === null ? null : { ...gateway, line: { ...gateway.line, call: null } };
  return { ...facts, gateway: over, contradicted: false, capturedMinor };
}

/** The gateway's number of what was paid is what a refund of it names. */
const paidAs = <P extends Payment>(payment: P, channelTradeNo: string | null): P =>
  withGateway(payment, {
    askAtMs: null,
    gatewayTransactionId: channelTradeNo ?? payment.gateway?.gatewayTransactionId ?? null,
  });

function moved(
  payment: Payment,
  event: Extract<
    PaymentEvent,
    {
      readonly type:
        | 'PaymentProcessing'
        | 'PaymentUnknown'
        | 'PaymentCloseRequested'
        | 'PaymentSucceeded'
        | 'PaymentFailed'
        | 'PaymentClosed';
    }
  >,
): Payment {
  invariant(!hasEnded(payment), `${event.type} of a payment that has ended`);
  const { closing } = payment;
  switch (event.type) {
    case 'PaymentProcessing': {
      const { acceptedAt: acceptedAtMs, gatewayTransactionId, payUrl } = event.data;
      const at = withGateway(payment, { gatewayTransactionId, payUrl });
      return { ...factsOf(at), closing, status: 'processing', acceptedAtMs };
    }
    case 'PaymentUnknown':
      return { ...factsOf(payment), closing, status: 'unknown', sinceMs: event.data.since };
    case 'PaymentCloseRequested':
      return { ...payment, closing: event.data.reason };
    case 'PaymentSucceeded': {
      const { channelTradeNo, paidAt: paidAtMs, amountMinor } = event.data;
      const paid = ended(paidAs(payment, channelTradeNo), amountMinor);
      return { ...paid, status: 'succeeded', channelTradeNo, paidAtMs };
    }
    case 'PaymentFailed': {
      const { channelTradeNo, failedAt: failedAtMs, reason } = event.data;
      return { ...ended(payment, 0n), status: 'failed', channelTradeNo, failedAtMs, reason };
    }
    case 'PaymentClosed': {
      const { closedAt: closedAtMs, reason } = event.data;
      return { ...ended(payment, 0n), status: 'closed', closedAtMs, reason };
    }
    default:
      return unreachable(event);
  }
}

function endedOnly(payment: Payment, event: PaymentEvent): EndedPayment {
  invariant(hasEnded(payment), `${event.type} of a payment that has not ended`);
  return payment;
}

const withGateway = <P extends Payment>(payment: P, change: Partial<AtGateway>): P =>
  payment.gateway === null ? payment : { ...payment, gateway: { ...payment.gateway, ...change } };

type CallEvent = Extract<
  PaymentEvent,
  { readonly type: 'GatewayCallRequested' | 'GatewayCallStarted' | 'GatewayCallReported' }
>;

function withCall(payment: Payment, event: CallEvent): Payment {
  const { gateway } = payment;
  invariant(gateway !== null, `${event.type} of a payment that no gateway is asked about`);
  const refund = refundOfCall(payment, event);
  if (refund !== null) {
    const line = lineAfter(refund.line, event);
    const gatewayRefundId =
      event.type === 'GatewayCallReported'
        ? (event.data.answer.gatewayRefundId ?? refund.gatewayRefundId)
        : refund.gatewayRefundId;
    return withRefund(payment, { ...refund, line, gatewayRefundId });
  }
  return withGateway(payment, {
    ...gatewayAfter(gateway, event),
    line: lineAfter(gateway.line, event),
  });
}

function refundOfCall({ refunds }: Payment, { data: { refundId } }: CallEvent): Refund | null {
  return refundId === null ? null : (refunds[refundId] ?? null);
}

function gatewayAfter(gateway: AtGateway, event: CallEvent): Partial<AtGateway> {
  // The question that was promised, or one that comes before it and knows as much.
  if (event.data.kind === 'QUERY' && event.type === 'GatewayCallRequested')
    return { askAtMs: null };
  if (event.data.kind !== 'CREATE') return {};
  switch (event.type) {
    case 'GatewayCallRequested': {
      const { attempt } = event.data;
      // Either it was never sent, or the gateway knows nothing of it: it starts afresh.
      const none = { gatewayTransactionId: null, handle: null, payUrl: null };
      return { attempt, sent: false, ...none };
    }
    case 'GatewayCallStarted':
      return { sent: true };
    case 'GatewayCallReported': {
      const { result, gatewayTransactionId, handle, payUrl } = event.data.answer;
      const sent = result === 'NOT_SENT' ? false : gateway.sent;
      return { sent, gatewayTransactionId, handle, payUrl };
    }
    default:
      return unreachable(event);
  }
}

function lineAfter(line: CallLine, event: CallEvent): CallLine {
  switch (event.type) {
    case 'GatewayCallRequested': {
      const { callId, kind, requestedAt } = event.data;
      invariant(kind !== 'UNKNOWN', `call ${callId} asks for nothing that is known`);
      return { ...line, call: { callId, kind, requestedAtMs: requestedAt, started: null } };
    }
    case 'GatewayCallStarted': {
      const { worker, giveUpAt } = event.data;
      invariant(line.call?.callId === event.data.callId, 'only an open call is started');
      return { ...line, call: { ...line.call, started: { worker, giveUpAtMs: giveUpAt } } };
    }
    case 'GatewayCallReported': {
      const tries = isNews(event.data.answer) ? 0 : line.tries + 1;
      return { call: null, tries, sinceMs: event.data.reportedAt };
    }
    default:
      return unreachable(event);
  }
}

/** Whether the gateway has told something about the thing itself. */
const isNews = ({ result }: GatewayAnswer): boolean =>
  result !== 'UNKNOWN' && result !== 'NOT_SENT' && result !== 'NOT_FOUND';

const withRefund = <P extends Payment>(payment: P, refund: Refund): P => ({
  ...payment,
  refunds: { ...payment.refunds, [refund.refundId]: refund },
});

function withRefundEvent(
  payment: EndedPayment,
  event: Extract<
    PaymentEvent,
    {
      readonly type:
        | 'RefundRequested'
        | 'RefundProcessing'
        | 'RefundUnknown'
        | 'RefundSucceeded'
        | 'RefundFailed';
    }
  >,
): EndedPayment {
  if (event.type === 'RefundRequested') {
    const after = withRefund(payment, newRefund(event.data));
    // I7: whatever else is wrong, no more than that may ever go back.
    const { gatewayTransactionId: second } = event.data;
    const takenMinor = second === null ? after.capturedMinor : after.amountMinor;
    invariant(reservedMinor(after, second) <= takenMinor, 'refunds exceed what was captured');
    return after;
  }
  const refund = payment.refunds[event.data.refundId];
  invariant(refund !== undefined, `${event.type} of a refund that nobody asked for`);
  return withRefund(payment, refundAfter(refund, event));
}

function refundAfter(
  refund: Refund,
  event: Extract<
    PaymentEvent,
    {
      readonly type: 'RefundProcessing' | 'RefundUnknown' | 'RefundSucceeded' | 'RefundFailed';
    }
  >,
): Refund {
  invariant(
    refund.status !== 'succeeded' && refund.status !== 'failed',
    `${event.type} of a refund that has ended`,
  );
  switch (event.type) {
    case 'RefundProcessing':
      return { ...refund, status: 'processing', gatewayRefundId: event.data.gatewayRefundId };
    case 'RefundUnknown':
      return { ...refund, status: 'unknown', sinceMs: event.data.since };
    case 'RefundSucceeded': {
      const { gatewayRefundId } = event.data;
      return { ...refund, status: 'succeeded', gatewayRefundId };
    }
    case 'RefundFailed': {
      const { code, reason } = event.data;
      return { ...refund, status: 'failed', failure: { code, reason } };
    }
    default:
      return unreachable(event);
  }
}
