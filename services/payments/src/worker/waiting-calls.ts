import type { GatewayCallRequested, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { InputRecord, KeyValueStore, Topology } from '@plumbline/runtime';
import { redrives } from '@plumbline/runtime';
import {
  forgetCallbacks,
  parkCallbacks,
  parkedCallbacksStore,
  parkedCountStore,
} from '../parked/parked-callbacks.ts';
import { claimTransaction, ledPaymentsStore } from '../transactions/claims.ts';

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
 * What the payments say of their gateways, folded. Which calls wait for a worker: those asked for
 * less those reported; who works on them follows the store. Which transaction of its gateway paid
 * which payment, said again under the key of the transaction, as Kafka Streams repartitions. And
 * which callbacks came before their payment, said again once there is one.
 *
 * It owns no topic: its claims, and what it says of callbacks, go to the partitions of others, so that records in its own say nothing
 * about its changelog. Folded again from nothing, it repeats all of it under the same ids: the
 * task that reads its claims knows each payment that has claimed, and the alert task each number.
 */
export const gatewayCallsTopology: Topology = {
  name: 'gateway-calls',
  ordering: 'arrival',
  paceMs: 0,
  inputs: [{ kind: 'events', topic: topics.paymentsEvents.name }, redrives],
  outputs: [
    topics.transactionsEvents.name,
    topics.callbacksEvents.name,
    topics.paymentsCommands.name,
  ],
  changelog: topics.gatewayCallsChangelog.name,
  deadLetters: topics.gatewayCallsDeadLetters.name,
  stores: [
    { name: waitingCallsStore },
    { name: ledPaymentsStore },
    { name: parkedCallbacksStore },
    { name: parkedCountStore },
  ],
  owns: [],
  createProcessor: () => ({
    onRecord(record, context) {
      fold(record, context.store<WaitingCall>(waitingCallsStore));
      claimTransaction(record, context);
      parkCallbacks(record, context);
    },
    // The only timers are those of callbacks whose payment never came.
    onTimer: ({ key }, context) => forgetCallbacks(key, context),
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
    case 'GatewayQueryDeferred':
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
