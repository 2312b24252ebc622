import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, invariant, rejected, unchanged, unreachable } from '@plumbline/kernel';
import { callbackAnswer } from './callback-answer.ts';
import { isLed } from './calls.ts';
import type { PaymentCommand, PaymentCommandOf } from './commands.ts';
import { createPayment } from './create.ts';
import type { PaymentEvent } from './events.ts';
import { evolve } from './evolve.ts';
import {
  closedByTime,
  closeLed,
  expireTimer,
  proceed,
  proceedRefund,
  proceedTimer,
  refundOfTimer,
  reportCall,
  startCall,
  timersOfLed,
} from './lead.ts';
import { reportGatewayCallback } from './gateway-callback.ts';
import {
  isMerchantRequest,
  refundAnswer,
  refundPaymentOrder,
  reportTransactionConflict,
  requestAnswer,
} from './merchant.ts';
import { reportMockCallback } from './mock-callback.ts';
import { queryPayment } from './query.ts';
import { refundPayment, refundSecondTransaction } from './refunds.ts';
import type { PaymentRejectionCode } from './rejections.ts';
import { paymentRejection } from './rejections.ts';
import { closed } from './reports.ts';
import { shown } from './shown.ts';
import type { Payment, PaymentState } from './state.ts';
import { hasEnded, initialPayment } from './state.ts';

const acceptTimer = 'accept';

type PaymentDecision = Decision<PaymentEvent>;

const refuse = (code: PaymentRejectionCode): PaymentDecision => rejected(paymentRejection(code));

function acceptByChannel(payment: Payment, { atMs }: DecisionContext): PaymentDecision {
  if (payment.status !== 'created' || isLed(payment)) return unchanged;
  const { payNo, orderNo } = payment;
  const none = { gatewayTransactionId: null, payUrl: null };
  return accepted({
    type: 'PaymentProcessing',
    data: { payNo, orderNo, acceptedAt: atMs, ...none },
  });
}

function closePayment(
  { payNo, reason }: Pick<PaymentCommandOf<'ClosePayment'>, 'payNo' | 'reason'>,
  payment: Payment,
  context: DecisionContext,
): PaymentDecision {
  if (payment.payNo !== payNo) return refuse('PAYMENT_NOT_FOUND');
  if (hasEnded(payment)) return unchanged;
  if (isLed(payment)) return closeLed(payment, reason, context);
  // Served by hand: what the channel has taken, only its callback ends.
  if (payment.status !== 'created') return refuse('PAYMENT_AT_GATEWAY');
  return accepted(closed(payment, reason, context));
}

function decide(
  command: PaymentCommand,
  state: PaymentState,
  context: DecisionContext,
): PaymentDecision {
  if (command.type === 'CreatePayment') return createPayment(command.data, state, context);
  if (command.type === 'ReportMockCallback')
    return reportMockCallback(command.data, state, context);
  if (command.type === 'ReportGatewayCallback')
    return reportGatewayCallback(command.data, state, context);
  if (state.status === 'none') return refuse('PAYMENT_NOT_FOUND');
  switch (command.type) {
    case 'ClosePayment':
      return closePayment(command.data, state, context);
    case 'QueryPayment':
      return queryPayment(command.data, state, context);
    case 'StartGatewayCall':
      return startCall(command.data, state, context);
    case 'ReportGatewayCall':
      return reportCall(command.data, state, context);
    case 'RefundPayment':
      if (state.payNo !== command.data.payNo) return refuse('PAYMENT_NOT_FOUND');
      return refundPayment(command.data, state, context);
    case 'RefundSecondTransaction':
      if (state.payNo !== command.data.payNo) return refuse('PAYMENT_NOT_FOUND');
      return refundSecondTransaction(command.data, state, context);
    case 'RefundPaymentOrder':
      return refundPaymentOrder(command.data, state, context);
    case 'ReportTransactionConflict':
      return reportTransactionConflict(command.data, state, context);
    case 'AcceptByChannel':
      return acceptByChannel(state, context);
    case 'Expire':
      return closePayment({ payNo: state.payNo, reason: closedByTime }, state, context);
    case 'Proceed':
      return isLed(state) ? proceed(state, context) : unchanged;
    case 'ProceedRefund':
      return isLed(state) ? proceedRefund(state, command.data.refundId, context) : unchanged;
    default:
      return unreachable(command);
  }
}

function timers(state: PaymentState): readonly AggregateTimer[] {
  if (state.status === 'none') return [];
  if (isLed(state)) return timersOfLed(state);
  if (state.status !== 'created') return [];
  // By hand, the mock channel accepts at once, and yet after the answer, which therefore shows INIT.
  // Whatever no channel has accepted by its time is closed here: it never reached a gateway.
  return state.channel === 'MOCK'
    ? [{ name: acceptTimer, dueMs: state.createdAtMs }]
    : [{ name: expireTimer, dueMs: state.expireAtMs }];
}

function onTimer({ name }: AggregateTimer, state: PaymentState): PaymentCommand {
  invariant(state.status !== 'none', `timer ${name} of a payment that was never created`);
  const refundId = refundOfTimer(name);
  if (refundId !== null) return { type: 'ProceedRefund', data: { refundId } };
  if (name === acceptTimer) return { type: 'AcceptByChannel', data: {} };
  if (name === expireTimer) return { type: 'Expire', data: {} };
  invariant(name === proceedTimer, `no payment has a timer ${name}`);
  return { type: 'Proceed', data: {} };
}

function answer(state: PaymentState, command: PaymentCommand, decision: PaymentDecision): Json {
  if (command.type === 'ReportMockCallback')
    return callbackAnswer(command.data.payNo, state, decision);
  if (command.type === 'RefundPaymentOrder') return refundAnswer(state, command.data.refundId);
  if (command.type === 'CreatePayment' && isMerchantRequest(command.data))
    return requestAnswer(state, command.data);
  return shown(state);
}

export const paymentDecider: Decider<PaymentState, PaymentCommand, PaymentEvent> = {
  initialState: initialPayment,
  decide,
  evolve,
  answer,
  timers,
  onTimer,
};
