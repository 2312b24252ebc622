import type { GatewayCallRequested, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { InputRecord, KeyValueStore, Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';

/** A call that is asked for and not reported, with what its commands need. */
export interface WaitingCall {
  /** Record key of its payment. */
  readonly key: string;
  readonly correlationId: string;
  readonly traceparent: string | null;
  readonly request: GatewayCallRequested;
  /** Who has leave to send it; `null` while nobody has. */
  readonly startedBy: string | null;
}

export const waitingCallsStore = 'calls';

/** At most one call is under way for a payment, and one for each refund of it. */
const lineOf = (payNo: string, refundId: string | null): string =>
  refundId === null ? payNo : `${payNo}/${refundId}`;

/**
 * Which calls wait for a worker: a fold of what the payments say, calls asked for less calls
 * reported. It decides nothing and writes nothing but its own changelog, so that it can be folded
 * again at any time; who works on the calls follows its store.
 */
export const gatewayCallsTopology: Topology = {
  name: 'gateway-calls',
  ordering: 'arrival',
  paceMs: 0,
  inputs: [{ kind: 'events', topic: topics.paymentsEvents.name }, redrives],
  outputs: [],
  changelog: topics.gatewayCallsChangelog.name,
  deadLetters: topics.gatewayCallsDeadLetters.name,
  stores: [{ name: waitingCallsStore }],
  owns: [],
  createProcessor: () => ({
    onRecord: (record, context) => fold(record, context.store<WaitingCall>(waitingCallsStore)),
    onTimer: ({ name }) => {
      throw new Error(`gateway-calls sets no timers, and yet ${name} fired`);
    },
  }),
};

function fold({ payload, key, envelope }: InputRecord, calls: KeyValueStore<WaitingCall>): void {
  // The topic holds nothing but these; the codec has checked it.
  const event = payload as PaymentsEvent;
  switch (event.type) {
    case 'GatewayCallRequested': {
      const { correlationId, traceparent } = envelope;
      const { payNo, refundId } = event.data;
      const call = { key, correlationId, traceparent, request: event.data, startedBy: null };
      calls.set(lineOf(payNo, refundId), call);
      return;
    }
    case 'GatewayCallStarted': {
      const line = lineOf(event.data.payNo, event.data.refundId);
      const call = calls.get(line);
      if (call !== undefined) calls.set(line, { ...call, startedBy: event.data.worker });
      return;
    }
    case 'GatewayCallReported':
      calls.delete(lineOf(event.data.payNo, event.data.refundId));
      return;
    case 'PaymentSucceeded':
    case 'PaymentFailed':
    case 'PaymentClosed':
      // Of an ended payment nobody waits for what was asked before.
      calls.delete(event.data.payNo);
      return;
    case 'GatewayCallbackRecorded':
    case 'PaymentCallbackRecorded':
    case 'PaymentCloseRequested':
    case 'PaymentCreated':
    case 'PaymentProcessing':
    case 'PaymentReportConfirmed':
    case 'PaymentReportContradicted':
    case 'PaymentReportMismatched':
    case 'PaymentRequestConflicted':
    case 'PaymentTransactionConflicted':
    case 'PaymentUnknown':
    case 'RefundFailed':
    case 'RefundProcessing':
    case 'RefundRequested':
    case 'RefundSucceeded':
    case 'RefundUnknown':
      return;
  }
}
