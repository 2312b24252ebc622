import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import {
  accepted,
  derivedNumber,
  invariant,
  minorDigitsOf,
  rejected,
  unchanged,
  unreachable,
} from '@plumbline/kernel';
import { callbackAnswer } from './callback-answer.ts';
import type { PaymentCommand, PaymentCommandOf } from './commands.ts';
import type { PaymentEvent, PaymentEventOf } from './events.ts';
import { callbacksRemembered, majorDigitsMax, minorDigitsMax } from './limits.ts';
import { reportMockCallback } from './mock-callback.ts';
import type { PaymentRejectionCode } from './rejections.ts';
import { paymentRejection } from './rejections.ts';
import type { EndedPayment, Payment, PaymentState } from './state.ts';
import { hasEnded, initialPayment } from './state.ts';

/** The reason of a payment that closes because its time is over. The orders context reads it. */
export const closedByTime = 'TIMED_OUT';

const acceptTimer = 'accept';
const expireTimer = 'expire';

type PaymentDecision = Decision<PaymentEvent>;

const refuse = (code: PaymentRejectionCode): PaymentDecision => rejected(paymentRejection(code));

function createPayment(
  { lifetimeMs, ...data }: PaymentCommandOf<'CreatePayment'>,
  state: PaymentState,
  { atMs, offset, slot }: DecisionContext,
): PaymentDecision {
  if (state.status !== 'none') {
    // The payment number is left out: a repeat brings a new one and is answered with the old.
    const same =
      state.amountMinor === data.amountMinor &&
      state.currency === data.currency &&
      state.channel === data.channel;
    return same ? unchanged : refuse('PAYMENT_PARAMETERS_DIFFER');
  }
  if (data.channel === 'UNKNOWN') return refuse('CHANNEL_UNKNOWN');
  const minorDigits = minorDigitsOf(data.currency);
  if (minorDigits > minorDigitsMax) return refuse('CURRENCY_NOT_SUPPORTED');
  const tooMuch = 10n ** BigInt(majorDigitsMax + minorDigits);
  if (data.amountMinor <= 0n || data.amountMinor >= tooMuch) return refuse('AMOUNT_OUT_OF_RANGE');
  if (lifetimeMs <= 0) return refuse('LIFETIME_NOT_POSITIVE');
  const times = { createdAt: atMs, expireAt: atMs + lifetimeMs };
  return accepted({
    type: 'PaymentCreated',
    data: { ...data, id: derivedNumber(offset, slot), ...times },
  });
}

function acceptByChannel(payment: Payment, { atMs }: DecisionContext): PaymentDecision {
  if (payment.status !== 'INIT') return unchanged;
  const { payNo, orderNo } = payment;
  return accepted({ type: 'PaymentProcessing', data: { payNo, orderNo, acceptedAt: atMs } });
}

function closePayment(
  { payNo, reason }: PaymentCommandOf<'ClosePayment'>,
  payment: Payment,
  { atMs }: DecisionContext,
): PaymentDecision {
  if (payment.payNo !== payNo) return refuse('PAYMENT_NOT_FOUND');
  switch (payment.status) {
    case 'INIT': {
      // It never reached a gateway, so nobody can have paid it.
      const { orderNo } = payment;
      return accepted({ type: 'PaymentClosed', data: { payNo, orderNo, reason, closedAt: atMs } });
    }
    case 'PAYING':
      return refuse('PAYMENT_AT_GATEWAY');
    case 'SUCCESS':
    case 'FAILED':
    case 'CLOSED':
      return unchanged;
    default:
      return unreachable(payment);
  }
}

function decide(
  command: PaymentCommand,
  state: PaymentState,
  context: DecisionContext,
): PaymentDecision {
  switch (command.type) {
    case 'CreatePayment':
      return createPayment(command.data, state, context);
    case 'ReportMockCallback':
      return reportMockCallback(command.data, state, context);
    case 'ClosePayment':
      if (state.status === 'none') return refuse('PAYMENT_NOT_FOUND');
      return closePayment(command.data, state, context);
    case 'AcceptByChannel':
      if (state.status === 'none') return refuse('PAYMENT_NOT_FOUND');
      return acceptByChannel(state, context);
    default:
      return unreachable(command);
  }
}

function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  if (event.type === 'PaymentCallbackRecorded') return remember(state, event.data);
  if (event.type === 'PaymentCreated') {
    invariant(state.status === 'none', `payment ${event.data.payNo} was created twice`);
    const { expireAt, createdAt, ...facts } = event.data;
    const times = { expireAtMs: expireAt, createdAtMs: createdAt };
    return { ...facts, ...times, status: 'INIT', callbacks: state.callbacks };
  }
  invariant(state.status !== 'none', `${event.type} of a payment that was never created`);
  switch (event.type) {
    case 'PaymentProcessing':
      return { ...factsOf(state), status: 'PAYING', acceptedAtMs: event.data.acceptedAt };
    case 'PaymentSucceeded': {
      const { channelTradeNo, paidAt } = event.data;
      return { ...ended(state), status: 'SUCCESS', channelTradeNo, paidAtMs: paidAt };
    }
    case 'PaymentFailed': {
      const { channelTradeNo, failedAt, reason } = event.data;
      return { ...ended(state), status: 'FAILED', channelTradeNo, failedAtMs: failedAt, reason };
    }
    case 'PaymentClosed': {
      const { closedAt, reason } = event.data;
      return { ...ended(state), status: 'CLOSED', closedAtMs: closedAt, reason };
    }
    case 'PaymentReportContradicted':
      return { ...endedOnly(state, event), contradicted: true };
    case 'PaymentReportConfirmed':
      return { ...endedOnly(state, event), contradicted: false };
    default:
      return unreachable(event);
  }
}

function remember(
  state: PaymentState,
  { callbackId, callbackStatus }: PaymentEventOf<'PaymentCallbackRecorded'>,
): PaymentState {
  const callbacks = [...state.callbacks, { callbackId, callbackStatus }];
  return { ...state, callbacks: callbacks.slice(-callbacksRemembered) };
}

/** What is true of the payment in every status. */
function factsOf(payment: Payment) {
  const { id, payNo, orderNo, tenant, amountMinor, currency, channel } = payment;
  const { expireAtMs, createdAtMs, callbacks } = payment;
  return {
    ...{ id, payNo, orderNo, tenant, amountMinor, currency, channel },
    ...{ expireAtMs, createdAtMs, callbacks },
  };
}

const ended = (payment: Payment) => ({ ...factsOf(payment), contradicted: false });

function endedOnly(payment: Payment, event: PaymentEvent): EndedPayment {
  invariant(hasEnded(payment), `${event.type} of a payment that has not ended`);
  return payment;
}

/** The payment as JSON: the amount as a string of minor units, times as epoch milliseconds. */
function shown(state: PaymentState): Json {
  if (state.status === 'none') return null;
  return {
    id: state.id.toString(),
    payNo: state.payNo,
    orderNo: state.orderNo,
    amountMinor: state.amountMinor.toString(),
    currency: state.currency,
    status: state.status,
    channel: state.channel,
    channelTradeNo: 'channelTradeNo' in state ? state.channelTradeNo : null,
    paidAtMs: state.status === 'SUCCESS' ? state.paidAtMs : null,
    expireAtMs: state.expireAtMs,
    createdAtMs: state.createdAtMs,
  };
}

function timers(state: PaymentState): readonly AggregateTimer[] {
  if (state.status !== 'INIT') return [];
  // The mock channel accepts at once, and yet after the answer, which therefore shows INIT. Whatever
  // no channel has accepted by its time is closed here: it never reached a gateway.
  return state.channel === 'MOCK'
    ? [{ name: acceptTimer, dueMs: state.createdAtMs }]
    : [{ name: expireTimer, dueMs: state.expireAtMs }];
}

function onTimer({ name }: AggregateTimer, state: PaymentState): PaymentCommand {
  invariant(state.status !== 'none', `timer ${name} of a payment that was never created`);
  if (name === acceptTimer) return { type: 'AcceptByChannel', data: {} };
  const { payNo, orderNo } = state;
  return { type: 'ClosePayment', data: { payNo, orderNo, reason: closedByTime } };
}

export const paymentDecider: Decider<PaymentState, PaymentCommand, PaymentEvent> = {
  initialState: initialPayment,
  decide,
  evolve,
  answer: (state, command, decision) =>
    command.type === 'ReportMockCallback'
      ? callbackAnswer(command.data.payNo, state, decision)
      : shown(state),
  timers,
  onTimer,
};
