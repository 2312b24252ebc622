import type { PaymentsEvent } from '@plumbline/events';
import { topics, Unencodable } from '@plumbline/events';
import { derivedUuid, encryptedOrDigest, slotOfRecordKey } from '@plumbline/kernel';
import type { InputRecord, ProcessorContext } from '@plumbline/runtime';
import * as limits from './limits.ts';
import type { CallbackCommand } from './say-unclaimed.ts';
import { sayClaimed, sayUnclaimed } from './say-unclaimed.ts';

/** A verified callback that named no payment, and the command that says it again. */
interface ParkedCallback {
  /** Of the event that recorded it. */
  readonly eventId: string;
  readonly correlationId: string;
  readonly traceparent: string | null;
  readonly command: CallbackCommand;
}

/** The callbacks of one payment number, in the order in which they came. */
export type ParkedCallbacks = readonly ParkedCallback[];

/** By payment number. */
export const parkedCallbacksStore = 'parked';
/** How many numbers wait on the partition, under the name of what it counts. */
export const parkedCountStore = 'parked-count';

const counted = 'payments';
const forgetTimer = 'forget-callbacks';
const topic = topics.paymentsCommands.name;

/**
 *    callback of a number ──► recorded as PAYMENT_NOT_FOUND ──► parked ──► a week is over: forgotten
 *    that is no payment                           CallbackUnclaimed │
 *                                                    PaymentCreated under that number
 *                                                  CallbacksClaimed ▼
 *                                            said again to the payment, in the order of arrival
 *
 * A number carries the slot of its order, so its callbacks and its creation stand on one partition
 * of the payments' events, the callbacks first: what comes later finds the payment. The command has
 * an id of its own, derived from the event that it goes back to; the callback's id is still unused
 * where the payment stands, and the payment takes it once. That it waits, and that it need not any
 * more, is an event each, by which rule K finds money for which there is no payment.
 */
export function parkCallbacks(record: InputRecord, context: ProcessorContext): void {
  // The topic holds nothing but these; the codec has checked it.
  const event = record.payload as PaymentsEvent;
  if (event.type === 'PaymentCreated') replay(event.data.payNo, record, context);
  const command = commandOf(event);
  if (command !== null) park(command, record, context);
}

/** A week is over, and nobody has created the payment. The events stay. */
export function forgetCallbacks(payNo: string, context: ProcessorContext): void {
  context.store<ParkedCallbacks>(parkedCallbacksStore).delete(payNo);
  count(context, -1);
}

/** What says a callback again; `null` for every event but one that found no payment. */
function commandOf(event: PaymentsEvent): CallbackCommand | null {
  if (event.type === 'PaymentCallbackRecorded' && event.data.code === 'PAYMENT_NOT_FOUND') {
    const { payNo, callbackId, callbackStatus, channelTradeNo } = event.data;
    const { timestamp, nonce } = event.data;
    const rawPayload = encryptedOrDigest(event.data.rawPayload);
    const data = { payNo, callbackId, callbackStatus, channelTradeNo };
    return { type: 'ReportMockCallback', data: { ...data, timestamp, nonce, rawPayload } };
  }
  if (event.type === 'GatewayCallbackRecorded' && event.data.code === 'PAYMENT_NOT_FOUND') {
    const { payNo, channel, reference, callbackId, refundReference } = event.data;
    const { answer, merchantMatches } = event.data;
    const rawPayload = encryptedOrDigest(event.data.rawPayload);
    // From before it was written down. Whose money it is must not be guessed: the payment will ask.
    if (merchantMatches === null) return null;
    const data = { payNo, channel, reference, callbackId, refundReference };
    const said = { ...data, answer, rawPayload, merchantMatches };
    return { type: 'ReportGatewayCallback', data: said };
  }
  return null;
}

function park(command: CallbackCommand, record: InputRecord, context: ProcessorContext): void {
  const { payNo } = command.data;
  const store = context.store<ParkedCallbacks>(parkedCallbacksStore);
  const waiting = store.get(payNo);
  if (waiting === undefined && count(context, 0) >= limits.parkedPaymentsMax) return;
  if (waiting !== undefined && waiting.length >= limits.parkedPerPaymentMax) return;
  const isKnown = waiting?.some((parked) => saysTheSame(parked.command, command)) ?? false;
  if (isKnown || !canBeSaid(command, context)) return;
  const { id: eventId, correlationId, traceparent } = record.envelope;
  if (waiting === undefined) {
    count(context, 1);
    const dueMs = context.nowMs + limits.parkedForMs;
    context.timers.set({ key: payNo, name: forgetTimer, dueMs });
  }
  const all = [...(waiting ?? []), { eventId, correlationId, traceparent, command }];
  store.set(payNo, all);
  sayUnclaimed({ command, waiting: all.length }, record, context);
}

/** Of contract 1's callbacks two may share their id and differ in what they say: both count. */
function saysTheSame(one: CallbackCommand, other: CallbackCommand): boolean {
  if (one.data.callbackId !== other.data.callbackId) return false;
  if (one.type !== 'ReportMockCallback' || other.type !== 'ReportMockCallback') return true;
  return one.data.callbackStatus === other.data.callbackStatus;
}

/** A body from before bodies were encrypted is refused on the commands' topic. */
function canBeSaid(command: CallbackCommand, context: ProcessorContext): boolean {
  try {
    context.encode(topic, command);
    return true;
  } catch (error) {
    if (error instanceof Unencodable) return false;
    throw error;
  }
}

function replay(payNo: string, record: InputRecord, context: ProcessorContext): void {
  const { key, envelope } = record;
  const store = context.store<ParkedCallbacks>(parkedCallbacksStore);
  const waiting = store.get(payNo);
  if (waiting === undefined) return;
  sayClaimed({ payNo, claimed: waiting.length }, record, context);
  const slot = slotOfRecordKey(key);
  for (const { eventId, correlationId, traceparent, command } of waiting) {
    context.emit({
      ...{ topic, key, payload: command },
      envelope: {
        id: derivedUuid(slot, 'parked-callback', eventId),
        type: command.type,
        source: `/plumbline/${context.task.topology}`,
        subject: payNo,
        timeMs: context.nowMs,
        correlationId,
        causationId: envelope.id,
        actor: replayActor,
        aggregateVersion: null,
        previousHash: null,
        subjectKeyId: null,
        traceparent,
      },
    });
  }
  store.delete(payNo);
  count(context, -1);
  context.timers.cancel({ key: payNo, name: forgetTimer });
}

/** By this actor of its event a callback that was parked is told from one that found its payment. */
export const replayActor = 'system:parked-callbacks';

/** Adds to the numbers that wait, and tells how many there are. */
function count(context: ProcessorContext, more: -1 | 0 | 1): number {
  const store = context.store<number>(parkedCountStore);
  const now = (store.get(counted) ?? 0) + more;
  if (more !== 0) store.set(counted, now);
  return now;
}
