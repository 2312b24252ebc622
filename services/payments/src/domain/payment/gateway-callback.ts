import type { Decision, DecisionContext } from '@plumbline/kernel';
import { accepted, encryptedOrDigest, unchanged } from '@plumbline/kernel';
import { callRequested, isLed } from './calls.ts';
import type { PaymentCommandOf } from './commands.ts';
import type { EventList, PaymentEvent, PaymentEventOf } from './events.ts';
import { allOf, eventList } from './events.ts';
import { evolve } from './evolve.ts';
import { reportOf, takeReport, wasTold } from './reports.ts';
import type { Payment, PaymentState } from './state.ts';
import { contractStatus } from './state.ts';

type Callback = PaymentCommandOf<'ReportGatewayCallback'>;
type Recorded = PaymentEventOf<'GatewayCallbackRecorded'>;

/** Why a callback changed nothing. */
export type GatewayCallbackCode =
  | 'PAYMENT_NOT_FOUND'
  | 'CALLBACK_NOT_APPLICABLE'
  | 'OTHER_MERCHANT'
  | 'REPORT_MISMATCHED'
  | 'NOTHING_NEW'
  | 'REFUND_ASKED_ABOUT';

/**
 * What a gateway's callback does whose signature holds: what a query with the same answer would, but
 * that it is kept in any case, once, and that what it says of a refund is asked about first.
 */
export function reportGatewayCallback(
  data: Callback,
  state: PaymentState,
  context: DecisionContext,
): Decision<PaymentEvent> {
  if (state.callbacks.some(({ callbackId }) => callbackId === data.callbackId)) return unchanged;
  const refused = refusalOf(data, state);
  if (refused === 'OTHER_MERCHANT' && state.status !== 'none')
    return ofOtherMerchant(data, state, context);
  if (refused !== null || state.status === 'none')
    return accepted(record(data, state, state, { result: 'FAILED', code: refused }, context));
  const following = eventList({ ...context, eventId: (index) => context.eventId(index + 1) });
  if (data.refundReference === null) takeAnswer(state, data, following, context);
  else askAboutRefund(state, data.refundReference, following, context);
  const { events } = following;
  const after = events.reduce<PaymentState>((s, event) => evolve(s, event), state);
  const isMismatch = events.some(({ type }) => type === 'PaymentReportMismatched');
  const moved = after.status !== state.status;
  const code = isMismatch ? 'REPORT_MISMATCHED' : moved ? null : whyNothing(data);
  const result = isMismatch ? 'FAILED' : moved ? 'PROCESSED' : 'IGNORED';
  return accepted(record(data, state, after, { result, code }, context), ...events);
}

const whyNothing = ({ refundReference }: Callback): GatewayCallbackCode =>
  refundReference === null ? 'NOTHING_NEW' : 'REFUND_ASKED_ABOUT';

function refusalOf(data: Callback, state: PaymentState): GatewayCallbackCode | null {
  if (state.status === 'none' || state.payNo !== data.payNo) return 'PAYMENT_NOT_FOUND';
  if (state.channel !== data.channel || !isLed(state)) return 'CALLBACK_NOT_APPLICABLE';
  return data.merchantMatches ? null : 'OTHER_MERCHANT';
}

function record(
  data: Callback,
  before: PaymentState,
  after: PaymentState,
  what: { readonly result: Recorded['result']; readonly code: GatewayCallbackCode | null },
  { atMs }: DecisionContext,
): PaymentEvent {
  const { payNo, channel, reference, callbackId, refundReference, answer } = data;
  const { merchantMatches } = data;
  const rawPayload = encryptedOrDigest(data.rawPayload);
  const known = before.status !== 'none' && before.payNo === payNo;
  return {
    type: 'GatewayCallbackRecorded',
    data: {
      ...{ payNo, channel, reference, callbackId, refundReference, answer, rawPayload },
      merchantMatches,
      orderNo: known ? before.orderNo : null,
      ...what,
      currentStatus: known && after.status !== 'none' ? contractStatus(after.status) : null,
      receivedAt: atMs,
    },
  };
}

/** Signed by the gateway, and yet for somebody else: nothing moves, and somebody has to look. */
function ofOtherMerchant(
  data: Callback,
  payment: Payment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const list = eventList(context);
  const what = { result: 'FAILED', code: 'OTHER_MERCHANT' } as const;
  list.add(record(data, payment, payment, what, context));
  const { payNo, orderNo } = payment;
  const mismatch = { field: 'MERCHANT', expected: 'ours', found: 'another' };
  const from = { source: 'CALLBACK', sourceId: data.callbackId } as const;
  if (!wasTold(payment, { ...mismatch, ...from })) {
    list.add({
      type: 'PaymentReportMismatched',
      data: { payNo, orderNo, ...from, ...mismatch, reportedAt: context.atMs },
    });
  }
  return allOf(list);
}

function takeAnswer(
  payment: Payment,
  { answer, callbackId }: Callback,
  list: EventList,
  context: DecisionContext,
): void {
  const report = reportOf(answer);
  if (report === null) return;
  takeReport(payment, report, { source: 'CALLBACK', id: callbackId }, { list, context });
}

function askAboutRefund(
  payment: Payment,
  reference: string,
  list: EventList,
  { atMs }: DecisionContext,
): void {
  const refund = Object.values(payment.refunds).find((each) => each.refundReference === reference);
  if (refund === undefined || refund.line.call !== null || !isLed(payment)) return;
  if (refund.status === 'succeeded' || refund.status === 'failed') return;
  const callId = list.nextId();
  list.add(callRequested({ payment, kind: 'QUERY_REFUND', callId, atMs, refund }));
}
