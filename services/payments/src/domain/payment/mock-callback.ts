import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, rejected, unchanged } from '@plumbline/kernel';
import type { CallbackCode } from './callback-answer.ts';
import type { PaymentCommandOf } from './commands.ts';
import type { PaymentEvent, PaymentEventOf } from './events.ts';
import { paymentRejection } from './rejections.ts';
import type { EndedPayment, Payment, PaymentState } from './state.ts';
import { hasEnded } from './state.ts';

type Callback = PaymentCommandOf<'ReportMockCallback'>;
type Recorded = PaymentEventOf<'PaymentCallbackRecorded'>;

/** What consumers of the contract know as the version of its events. */
const contractVersion = '1.0';

/**
 * What a callback with a checked signature does: moves an open payment, confirms or contradicts an
 * ended one, and in any case is kept, unless the very same one was kept before.
 */
export function reportMockCallback(
  data: Callback,
  state: PaymentState,
  context: DecisionContext,
): Decision<PaymentEvent> {
  if (data.callbackStatus === 'UNKNOWN') {
    return rejected(paymentRejection('CALLBACK_STATUS_UNKNOWN'));
  }
  const sameId = state.callbacks.filter(({ callbackId }) => callbackId === data.callbackId);
  if (sameId.some(({ callbackStatus }) => callbackStatus === data.callbackStatus)) return unchanged;
  if (state.status === 'none' || state.payNo !== data.payNo) {
    return accepted(record(data, null, context, { result: 'FAILED', code: 'PAYMENT_NOT_FOUND' }));
  }
  if (state.channel !== 'MOCK') {
    const why = { result: 'FAILED', code: 'CALLBACK_NOT_APPLICABLE' } as const;
    return accepted(record(data, state, context, why));
  }
  if (!hasEnded(state)) return move(data, state, context);
  return sameId.length > 0
    ? takeOtherStatus(data, state, context)
    : takeAfterEnd(data, state, context);
}

function record(
  data: Callback,
  payment: Payment | null,
  { atMs }: DecisionContext,
  what: {
    readonly result: Recorded['result'];
    readonly code: CallbackCode | null;
    readonly contradictory?: boolean;
    readonly status?: Recorded['currentStatus'];
  },
): PaymentEvent {
  return {
    type: 'PaymentCallbackRecorded',
    data: {
      ...data,
      orderNo: payment?.orderNo ?? null,
      result: what.result,
      code: what.code,
      contradictory: what.contradictory ?? false,
      currentStatus: what.status ?? payment?.status ?? null,
      receivedAt: atMs,
    },
  };
}

function move(data: Callback, payment: Payment, context: DecisionContext): Decision<PaymentEvent> {
  const { payNo, orderNo, amountMinor, currency, channel } = payment;
  const paid = data.callbackStatus === 'SUCCESS';
  const status = paid ? 'SUCCESS' : 'FAILED';
  const recorded = record(data, payment, context, { result: 'PROCESSED', code: null, status });
  const common = {
    // Its own id: it is the second event of this decision.
    eventId: context.eventId(1),
    ...{ payNo, orderNo, amountMinor, currency, channel },
    eventTime: context.atMs,
    traceId: context.correlationId,
    version: contractVersion,
  };
  if (!paid) {
    return accepted(recorded, {
      type: 'PaymentFailed',
      data: {
        ...common,
        channelTradeNo: data.channelTradeNo,
        failedAt: context.atMs,
        reason: 'the channel reported FAILED',
      },
    });
  }
  return accepted(recorded, {
    type: 'PaymentSucceeded',
    data: {
      ...common,
      // Contract 1: a trade number of the mock channel begins with MOCK_. At most 36 characters.
      channelTradeNo: data.channelTradeNo ?? `MOCK_${payNo}`,
      paidAt: context.atMs,
    },
  });
}

/** Whether the report says otherwise than the end. A closed payment was not paid. */
const opposes = (payment: EndedPayment, { callbackStatus }: Callback): boolean =>
  (payment.status === 'SUCCESS') !== (callbackStatus === 'SUCCESS');

function contradiction(
  data: Callback,
  payment: EndedPayment,
  { atMs }: DecisionContext,
): PaymentEvent {
  return {
    type: 'PaymentReportContradicted',
    data: {
      payNo: payment.payNo,
      orderNo: payment.orderNo,
      callbackId: data.callbackId,
      currentStatus: payment.status,
      reportedStatus: data.callbackStatus,
      channelTradeNo: data.channelTradeNo,
      reportedAt: atMs,
    },
  };
}

/**
 * A callback id that comes again with the other status. It is evidence against the end like any
 * signed report; in its favour it proves nothing, since the id has said both.
 */
function takeOtherStatus(
  data: Callback,
  payment: EndedPayment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const what = { result: 'IGNORED', code: 'CALLBACK_REPEATED', contradictory: true } as const;
  const recorded = record(data, payment, context, what);
  return opposes(payment, data)
    ? accepted(recorded, contradiction(data, payment, context))
    : accepted(recorded);
}

function takeAfterEnd(
  data: Callback,
  payment: EndedPayment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const contradictory = opposes(payment, data);
  const what = { result: 'IGNORED', code: 'PAYMENT_ENDED', contradictory } as const;
  const recorded = record(data, payment, context, what);
  if (contradictory) return accepted(recorded, contradiction(data, payment, context));
  if (!payment.contradicted) return accepted(recorded);
  return accepted(recorded, {
    type: 'PaymentReportConfirmed',
    data: {
      payNo: payment.payNo,
      orderNo: payment.orderNo,
      callbackId: data.callbackId,
      status: payment.status,
      channelTradeNo: data.channelTradeNo,
      reportedAt: context.atMs,
    },
  });
}
