import type { GatewayAnswer } from '@plumbline/events';
import type { AggregateTimer, Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, rejected, unchanged, unreachable } from '@plumbline/kernel';
import type { CallKind, CallLine, LedPayment, OpenCall } from './calls.ts';
import { callRequested, delayMs, isLed, movesMoney } from './calls.ts';
import type { PaymentCommandOf } from './commands.ts';
import type { EventList, PaymentEvent } from './events.ts';
import { allOf, eventList } from './events.ts';
import { evolve } from './evolve.ts';
import * as limits from './limits.ts';
import type { Refund } from './refunds.ts';
import { afterRefundCall, nextRefundCall } from './refunds.ts';
import type { PaymentRejectionCode } from './rejections.ts';
import { paymentRejection } from './rejections.ts';
import { closed, failed, reportOf, takeReport } from './reports.ts';
import type { OpenPayment, Payment } from './state.ts';
import { contractStatus, hasEnded } from './state.ts';

/** The reason of a payment that closes because its time is over. The orders context reads it. */
export const closedByTime = 'TIMED_OUT';

type PaymentDecision = Decision<PaymentEvent>;
type Deciding = { readonly list: EventList; readonly context: DecisionContext };

const refuse = (code: PaymentRejectionCode): PaymentDecision => rejected(paymentRejection(code));

/** The call of that id that is under way, and what it is about. */
function openCall(payment: Payment, callId: string) {
  if (!isLed(payment)) return null;
  const { call } = payment.gateway.line;
  if (call?.callId === callId) return { payment, call, refund: null };
  for (const refund of Object.values(payment.refunds)) {
    if (refund.line.call?.callId === callId) return { payment, call: refund.line.call, refund };
  }
  return null;
}

export function startCall(
  { payNo, callId, worker, deadlineMs }: PaymentCommandOf<'StartGatewayCall'>,
  payment: Payment,
  { atMs }: DecisionContext,
): PaymentDecision {
  if (payment.payNo !== payNo) return refuse('PAYMENT_NOT_FOUND');
  const open = openCall(payment, callId);
  if (open === null) return refuse('CALL_NOT_OPEN');
  const { kind, started } = open.call;
  if (started !== null) return started.worker === worker ? unchanged : refuse('CALL_TAKEN');
  // A question may be put by several: it does no harm, and needs no leave.
  if (!movesMoney(kind)) return unchanged;
  if (deadlineMs <= 0 || deadlineMs > limits.callDeadlineMsMax)
    return refuse('POLICY_OUT_OF_RANGE');
  const { orderNo } = payment;
  const giveUpAt = atMs + deadlineMs + limits.reportGraceMs;
  const refundId = open.refund?.refundId ?? null;
  const data = { payNo, orderNo, callId, kind, refundId, worker, startedAt: atMs, giveUpAt };
  return accepted({ type: 'GatewayCallStarted', data });
}

export function reportCall(
  { payNo, callId, worker, answer }: PaymentCommandOf<'ReportGatewayCall'>,
  payment: Payment,
  context: DecisionContext,
): PaymentDecision {
  if (payment.payNo !== payNo) return refuse('PAYMENT_NOT_FOUND');
  const open = openCall(payment, callId);
  if (open === null) return refuse('CALL_NOT_OPEN');
  const { kind, started } = open.call;
  if (movesMoney(kind)) {
    if (started === null) return refuse('CALL_NOT_STARTED');
    if (started.worker !== worker) return refuse('CALL_TAKEN');
  }
  return takeAnswer(open, answer, context);
}

interface Answered {
  readonly payment: LedPayment;
  readonly call: OpenCall;
  readonly refund: Refund | null;
}

/** The report itself, which says where it left the payment, and what follows from it. */
function takeAnswer(
  { payment, call, refund }: Answered,
  answer: GatewayAnswer,
  context: DecisionContext,
): PaymentDecision {
  const report = (after: Payment): PaymentEvent => ({
    type: 'GatewayCallReported',
    data: {
      ...{ payNo: payment.payNo, orderNo: payment.orderNo, callId: call.callId, kind: call.kind },
      ...{ refundId: refund?.refundId ?? null, answer },
      beforeStatus: contractStatus(payment.status),
      afterStatus: contractStatus(after.status),
      reportedAt: context.atMs,
    },
  });
  const list = eventList(context);
  list.add(report(payment));
  const reported = evolve(payment, report(payment)) as LedPayment;
  if (refund !== null) afterRefundCall(payment, refund, answer, { list, context });
  else afterCall(reported, call, answer, { list, context });
  const [, ...following] = list.events;
  const after = following.reduce<Payment>((s, event) => evolve(s, event) as Payment, reported);
  return accepted(report(after), ...following);
}

function afterCall(payment: LedPayment, call: OpenCall, answer: GatewayAnswer, on: Deciding): void {
  switch (call.kind) {
    case 'CREATE':
      if (!hasEnded(payment)) afterCreate(payment, answer, on);
      return;
    case 'QUERY':
      afterQuery(payment, call, answer, on);
      return;
    case 'CLOSE':
      if (!hasEnded(payment)) afterClose(payment, call, answer, on);
      return;
    case 'REFUND':
    case 'QUERY_REFUND':
      return;
    default:
      return unreachable(call.kind);
  }
}

export type Led<P> = P & LedPayment;

function afterCreate(payment: Led<OpenPayment>, answer: GatewayAnswer, on: Deciding): void {
  const { list, context } = on;
  switch (answer.result) {
    case 'ACCEPTED':
      list.add(processing(payment, answer, context));
      if (payment.closing !== null) request(payment, 'CLOSE', on);
      return;
    case 'REFUSED':
      afterRefusal(payment, answer, on);
      return;
    case 'NOT_SENT':
      if (payment.closing !== null) list.add(closed(payment, payment.closing, context));
      return;
    case 'PENDING':
    case 'PAID':
    case 'FAILED':
    case 'CLOSED':
    case 'NOT_FOUND':
    case 'REFUNDED':
    case 'UNKNOWN':
      // None but the last is an answer to a creation: whatever it means, only a query can tell.
      list.add(unknown(payment, answer, context));
  }
}

function afterRefusal(payment: Led<OpenPayment>, answer: GatewayAnswer, on: Deciding): void {
  const { list, context } = on;
  const { attempt, policy } = payment.gateway;
  const { closing } = payment;
  if (closing !== null) {
    list.add(closed(payment, closing, context));
  } else if (attempt < policy.attemptsMax) {
    request(payment, 'CREATE', on, attempt + 1);
  } else {
    const reason = answer.message ?? answer.code ?? 'the gateway refused the payment';
    const eventId = list.nextId();
    list.add(failed(payment, { channelTradeNo: null, reason, eventId }, context));
  }
}

function afterQuery(
  payment: LedPayment,
  { callId }: OpenCall,
  answer: GatewayAnswer,
  on: Deciding,
): void {
  const from = { source: 'QUERY', id: callId } as const;
  switch (answer.result) {
    case 'PAID':
    case 'FAILED':
    case 'CLOSED': {
      const report = reportOf(answer);
      if (report !== null) takeReport(payment, report, from, on);
      return;
    }
    case 'PENDING':
      if (hasEnded(payment)) return;
      if (payment.status !== 'processing') on.list.add(processing(payment, answer, on.context));
      if (payment.closing !== null) request(payment, 'CLOSE', on);
      return;
    case 'NOT_FOUND':
      if (hasEnded(payment)) return;
      if (isGone(payment, on.context)) afterLoss(payment, on);
      else if (payment.status === 'processing' && payment.closing !== null)
        request(payment, 'CLOSE', on);
      return;
    case 'ACCEPTED':
    case 'REFUSED':
    case 'REFUNDED':
    case 'NOT_SENT':
    case 'UNKNOWN':
      return;
  }
}

/** The gateway does not have it, and no request of ours can still be on its way there. */
const isGone = (payment: OpenPayment, { atMs }: DecisionContext): boolean =>
  payment.status === 'unknown' && atMs >= payment.sinceMs + limits.notFoundCountsAfterMs;

function afterLoss(payment: Led<OpenPayment>, on: Deciding): void {
  const { closing } = payment;
  if (closing === null) request(payment, 'CREATE', on);
  else on.list.add(closed(payment, closing, on.context));
}

function afterClose(
  payment: Led<OpenPayment>,
  { callId }: OpenCall,
  answer: GatewayAnswer,
  on: Deciding,
): void {
  switch (answer.result) {
    case 'CLOSED':
      takeReport(payment, { kind: 'closed' }, { source: 'QUERY', id: callId }, on);
      return;
    case 'PAID':
      // It was paid just before. How much, only a query tells.
      request(payment, 'QUERY', on);
      return;
    case 'NOT_FOUND':
      if (isGone(payment, on.context)) afterLoss(payment, on);
      // It had it once, and says of its own accord that there is nothing left to pay.
      else if (payment.status === 'processing' && payment.closing !== null)
        on.list.add(closed(payment, payment.closing, on.context));
      return;
    case 'ACCEPTED':
    case 'PENDING':
    case 'FAILED':
    case 'REFUSED':
    case 'REFUNDED':
    case 'NOT_SENT':
    case 'UNKNOWN':
      return;
  }
}

const processing = (
  { payNo, orderNo, gateway }: LedPayment,
  answer: GatewayAnswer,
  { atMs }: DecisionContext,
): PaymentEvent => ({
  type: 'PaymentProcessing',
  data: {
    ...{ payNo, orderNo, acceptedAt: atMs },
    gatewayTransactionId: answer.gatewayTransactionId ?? gateway.gatewayTransactionId,
    payUrl: answer.payUrl ?? gateway.payUrl,
  },
});

const unknown = (
  { payNo, orderNo }: Payment,
  answer: GatewayAnswer,
  { atMs }: DecisionContext,
): PaymentEvent => ({
  type: 'PaymentUnknown',
  data: {
    ...{ payNo, orderNo, since: atMs },
    code: answer.code ?? answer.result,
    message: answer.message ?? 'the gateway has not said what came of it',
  },
});

export function request(payment: LedPayment, kind: CallKind, on: Deciding, attempt?: number): void {
  const { list, context } = on;
  const callId = list.nextId();
  const next = attempt === undefined ? {} : { attempt };
  list.add(callRequested({ payment, kind, callId, atMs: context.atMs, ...next }));
}

/** Ends it here if no gateway ever heard of it; else asks there, and closes it there first. */
export function closeLed(
  payment: Led<OpenPayment>,
  reason: string,
  context: DecisionContext,
): PaymentDecision {
  if (payment.closing !== null) return unchanged;
  if (!payment.gateway.sent) return accepted(closed(payment, reason, context));
  const { payNo, orderNo } = payment;
  const list = eventList(context);
  const data = { payNo, orderNo, reason, requestedAt: context.atMs };
  list.add({ type: 'PaymentCloseRequested', data });
  if (payment.gateway.line.call === null) request(payment, 'QUERY', { list, context });
  return allOf(list);
}

/**
 * When the payment wants the next call, and which; `null` while one is under way, and at its end
 * unless there is news of it.
 */
function nextCall(payment: LedPayment): { readonly kind: CallKind; readonly dueMs: number } | null {
  const { line, policy, askAtMs } = payment.gateway;
  if (line.call !== null) return null;
  // Not in the moment of an answer: what follows from it has been decided.
  const newsMs = askAtMs === null ? null : Math.max(askAtMs, line.sinceMs + 1);
  if (hasEnded(payment)) return newsMs === null ? null : { kind: 'QUERY', dueMs: newsMs };
  const retryMs = line.sinceMs + delayMs(Math.max(1, line.tries), payment.payNo);
  if (payment.status === 'created') return { kind: 'CREATE', dueMs: retryMs };
  const isCalm = payment.status === 'processing' && payment.closing === null;
  const dueMs = isCalm ? line.sinceMs + policy.queryIntervalMs : retryMs;
  return { kind: 'QUERY', dueMs: Math.min(dueMs, newsMs ?? dueMs) };
}

/** When nobody waits any more for the call that is under way. */
const giveUpMs = ({ call }: CallLine): number | null =>
  call === null ? null : (call.started?.giveUpAtMs ?? call.requestedAtMs + limits.callWaitsMs);

/** What is known of a call that nobody reported: that it was not sent, or nothing. */
function unreported({ kind, started }: OpenCall): GatewayAnswer {
  const isUnsent = movesMoney(kind) && started === null;
  return {
    ...{ result: isUnsent ? 'NOT_SENT' : 'UNKNOWN', code: 'NO_REPORT' },
    message: isUnsent ? 'no worker has taken the call' : 'nobody reported what came of the call',
    ...{ gatewayTransactionId: null, handle: null, payUrl: null, amountMinor: null },
    ...{ currency: null, occurredAt: null, refundedMinor: null, gatewayRefundId: null },
  };
}

/** What the timers of a payment stand for: the call that is due, or the end of waiting for one. */
export function proceed(payment: LedPayment, context: DecisionContext): PaymentDecision {
  const { line } = payment.gateway;
  const giveUp = giveUpMs(line);
  if (line.call !== null && giveUp !== null && giveUp <= context.atMs)
    return takeAnswer({ payment, call: line.call, refund: null }, unreported(line.call), context);
  const next = nextCall(payment);
  if (next === null || next.dueMs > context.atMs) return unchanged;
  const list = eventList(context);
  request(payment, next.kind, { list, context });
  return allOf(list);
}

export function proceedRefund(
  payment: LedPayment,
  refundId: string,
  context: DecisionContext,
): PaymentDecision {
  const refund = payment.refunds[refundId];
  if (refund === undefined) return unchanged;
  const giveUp = giveUpMs(refund.line);
  const { call } = refund.line;
  if (call !== null && giveUp !== null && giveUp <= context.atMs)
    return takeAnswer({ payment, call, refund }, unreported(call), context);
  const next = nextRefundCall(refund);
  if (next === null || next.dueMs > context.atMs) return unchanged;
  const { atMs } = context;
  return accepted(
    callRequested({ payment, kind: next.kind, callId: context.eventId(0), atMs, refund }),
  );
}

export const proceedTimer = 'proceed';
export const expireTimer = 'expire';
const refundTimer = 'refund-';

export function timersOfLed(payment: LedPayment): readonly AggregateTimer[] {
  const timers: AggregateTimer[] = [];
  const { line } = payment.gateway;
  // At an end only a question may be under way that nothing depends on.
  const due = (hasEnded(payment) ? null : giveUpMs(line)) ?? nextCall(payment)?.dueMs;
  if (due !== undefined) timers.push({ name: proceedTimer, dueMs: due });
  if (!hasEnded(payment) && payment.closing === null)
    timers.push({ name: expireTimer, dueMs: payment.expireAtMs });
  for (const refund of Object.values(payment.refunds)) {
    const dueMs = giveUpMs(refund.line) ?? nextRefundCall(refund)?.dueMs;
    if (dueMs !== undefined) timers.push({ name: `${refundTimer}${refund.refundId}`, dueMs });
  }
  return timers;
}

export const refundOfTimer = (name: string): string | null =>
  name.startsWith(refundTimer) ? name.slice(refundTimer.length) : null;
