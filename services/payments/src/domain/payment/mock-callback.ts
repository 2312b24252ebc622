import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, encryptedOrDigest, rejected, unchanged } from '@plumbline/kernel';
import type { CallbackCode } from './callback-answer.ts';
import type { PaymentCommandOf } from './commands.ts';
import type { EventList, PaymentEvent, PaymentEventOf } from './events.ts';
import { allOf, eventList } from './events.ts';
import { lateRefund } from './refunds.ts';
import { paymentRejection } from './rejections.ts';
import { confirmation, contradiction, failed, opposes, succeeded } from './reports.ts';
import type { EndedPayment, OpenPayment, Payment, PaymentState } from './state.ts';
import { contractStatus, hasEnded } from './state.ts';

type Callback = PaymentCommandOf<'ReportMockCallback'>;
type Recorded = PaymentEventOf<'PaymentCallbackRecorded'>;

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
      rawPayload: encryptedOrDigest(data.rawPayload),
      orderNo: payment?.orderNo ?? null,
      result: what.result,
      code: what.code,
      contradictory: what.contradictory ?? false,
      currentStatus: what.status ?? (payment === null ? null : contractStatus(payment.status)),
      receivedAt: atMs,
    },
  };
}

function move(
  data: Callback,
  payment: OpenPayment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const isPaid = data.callbackStatus === 'SUCCESS';
  const status = isPaid ? 'SUCCESS' : 'FAILED';
  const list = eventList(context);
  list.add(record(data, payment, context, { result: 'PROCESSED', code: null, status }));
  const eventId = list.nextId();
  if (isPaid) {
    // Contract 1: a trade number of the mock channel begins with MOCK_. At most 36 characters.
    const channelTradeNo = data.channelTradeNo ?? `MOCK_${payment.payNo}`;
    list.add(succeeded(payment, { channelTradeNo, paidAtMs: null, eventId }, context));
  } else {
    const { channelTradeNo } = data;
    const reason = 'the channel reported FAILED';
    list.add(failed(payment, { channelTradeNo, reason, eventId }, context));
  }
  return allOf(list);
}

const said = (data: Callback) =>
  ({
    callbackId: data.callbackId,
    channelTradeNo: data.channelTradeNo,
    source: 'CALLBACK',
  }) as const;

function against(data: Callback, payment: EndedPayment, context: DecisionContext, list: EventList) {
  const reportedStatus = data.callbackStatus;
  list.add(contradiction(payment, { ...said(data), reportedStatus }, context));
  lateRefund(payment, reportedStatus, { list, context });
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
  const list = eventList(context);
  list.add(record(data, payment, context, what));
  if (opposes(payment, data.callbackStatus)) against(data, payment, context, list);
  return allOf(list);
}

function takeAfterEnd(
  data: Callback,
  payment: EndedPayment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const contradictory = opposes(payment, data.callbackStatus);
  const what = { result: 'IGNORED', code: 'PAYMENT_ENDED', contradictory } as const;
  const list = eventList(context);
  list.add(record(data, payment, context, what));
  if (contradictory) against(data, payment, context, list);
  else if (payment.contradicted) list.add(confirmation(payment, said(data), context));
  return allOf(list);
}
