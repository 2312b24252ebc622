import type { CallbackUnclaimed, CallbacksEvent, PaymentsCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, slotOfRecordKey, splitRoutingKey } from '@plumbline/kernel';
import type { InputRecord, ProcessorContext } from '@plumbline/runtime';

/** A command that says again what a callback said. */
export type CallbackCommand = Extract<
  PaymentsCommand,
  { readonly type: 'ReportGatewayCallback' | 'ReportMockCallback' }
>;

const topic = topics.callbacksEvents.name;

/**
 * Record key of what is said of a number that is no payment's: it is no order's key and has no
 * tenant, so it is the platform's, as channels are, and the alert task finds it under that.
 */
export const unclaimedKeyOf = (payNo: string): string => `platform/payment.${payNo}`;

/** Says of a callback that it waits. A callback that comes again is said once. */
export function sayUnclaimed(
  of: { readonly command: CallbackCommand; readonly waiting: number },
  record: InputRecord,
  context: ProcessorContext,
): void {
  const { payNo, callbackId } = of.command.data;
  const { waiting } = of;
  const paymentEventId = record.envelope.id;
  say(
    {
      type: 'CallbackUnclaimed',
      data: { payNo, callbackId, ...wordOf(of.command), waiting, paymentEventId },
    },
    record,
    context,
  );
}

/** Says that the payment is there for which callbacks waited. */
export function sayClaimed(
  of: { readonly payNo: string; readonly claimed: number },
  record: InputRecord,
  context: ProcessorContext,
): void {
  const paymentEventId = record.envelope.id;
  const data = { ...of, ...splitRoutingKey(record.key), paymentEventId };
  say({ type: 'CallbacksClaimed', data }, record, context);
}

type Word = Pick<
  CallbackUnclaimed,
  'channel' | 'saysPaid' | 'gatewayTransactionId' | 'amountMinor' | 'currency'
>;

function wordOf(command: CallbackCommand): Word {
  if (command.type === 'ReportMockCallback') {
    const { callbackStatus, channelTradeNo: gatewayTransactionId } = command.data;
    const saysPaid = callbackStatus === 'SUCCESS';
    // Contract 1 signs neither a channel nor a sum.
    return { channel: null, saysPaid, gatewayTransactionId, amountMinor: null, currency: null };
  }
  const { channel, answer, refundReference } = command.data;
  const { result, gatewayTransactionId, amountMinor, currency } = answer;
  const saysPaid = result === 'PAID' && refundReference === null;
  return { channel, saysPaid, gatewayTransactionId, amountMinor, currency };
}

function say(payload: CallbacksEvent, record: InputRecord, context: ProcessorContext): void {
  const { id: causationId, correlationId, traceparent } = record.envelope;
  const key = unclaimedKeyOf(payload.data.payNo);
  context.emit({
    ...{ topic, key, payload },
    envelope: {
      id: derivedUuid(slotOfRecordKey(key), payload.type, key, causationId),
      type: payload.type,
      source: `/plumbline/${context.task.topology}`,
      subject: payload.data.payNo,
      timeMs: context.nowMs,
      correlationId,
      causationId,
      actor: `system:${context.task.topology}`,
      // They come from the tasks of payments, and stand where the alert task looks: no history of one.
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent,
    },
  });
}
