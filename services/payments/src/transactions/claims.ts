import type { Channel, PaymentsEvent, TransactionsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, slotOfRecordKey, splitRoutingKey } from '@plumbline/kernel';
import type { InputRecord, ProcessorContext } from '@plumbline/runtime';
import { accountIdOf, parseAccountName } from '../gateways/personal/account-name.ts';

/** What is kept of a payment that a gateway is asked about, for as long as the log: money may come late. */
export interface LedPayment {
  readonly channel: Channel;
  /** The gateway's number of the transaction that it has claimed; `null` before. */
  readonly claimed: string | null;
  /** `pid.aid` of the personal account that it is paid into; none at a gateway. */
  readonly account?: string;
}

export const ledPaymentsStore = 'led';

const topic = topics.transactionsEvents.name;

/**
 * Record key of a transaction. A number is its gateway's own, and at a personal account the account's:
 * two of them may give the same.
 */
export const transactionKeyOf = (
  { channel, account }: { readonly channel: string; readonly account?: string },
  gatewayTransactionId: string,
): string =>
  account === undefined
    ? `${channel}:${gatewayTransactionId}`
    : `${channel}:${account}:${gatewayTransactionId}`;

/**
 * Says which transaction of its gateway paid a payment, once, under the key of the transaction: so
 * that payments of several partitions meet on one. What people serve by hand claims nothing; numbers
 * that are typed prove nothing when they are the same.
 */
export function claimTransaction(record: InputRecord, context: ProcessorContext): void {
  const payments = context.store<LedPayment>(ledPaymentsStore);
  // The topic holds nothing but these; the codec has checked it.
  const event = record.payload as PaymentsEvent;
  if (event.type === 'GatewayCallRequested') {
    const { payNo, channel, account } = event.data;
    if (payments.get(payNo) !== undefined) return;
    const named = account === null ? null : parseAccountName(account);
    const paidInto = named === null ? {} : { account: accountIdOf(named) };
    payments.set(payNo, { channel, claimed: null, ...paidInto });
    return;
  }
  const paidBy = transactionIn(event);
  const payment = payments.get(event.data.payNo);
  if (paidBy === null || payment === undefined || payment.claimed === paidBy) return;
  payments.set(event.data.payNo, { ...payment, claimed: paidBy });
  emitClaim({ record, context, payNo: event.data.payNo, payment, paidBy });
}

/** The transaction by which a gateway says that it has the money, whatever the payment is here. */
function transactionIn(event: PaymentsEvent): string | null {
  if (event.type === 'PaymentSucceeded') return event.data.channelTradeNo;
  if (event.type !== 'PaymentReportContradicted') return null;
  return event.data.reportedStatus === 'SUCCESS' ? event.data.channelTradeNo : null;
}

function emitClaim(of: {
  readonly record: InputRecord;
  readonly context: ProcessorContext;
  readonly payNo: string;
  readonly payment: LedPayment;
  readonly paidBy: string;
}): void {
  const { record, context, payNo, payment, paidBy } = of;
  const { channel } = payment;
  const { envelope } = record;
  const key = transactionKeyOf(payment, paidBy);
  const payload: TransactionsEvent = {
    type: 'GatewayTransactionClaimed',
    data: {
      ...{ channel, gatewayTransactionId: paidBy, payNo, ...splitRoutingKey(record.key) },
      paymentEventId: envelope.id,
    },
  };
  context.emit({
    ...{ topic, key, payload },
    envelope: {
      id: derivedUuid(slotOfRecordKey(key), 'claim', key, envelope.id),
      type: payload.type,
      source: `/plumbline/${context.task.topology}`,
      subject: payNo,
      timeMs: context.nowMs,
      correlationId: envelope.correlationId,
      causationId: envelope.id,
      actor: `system:${context.task.topology}`,
      // Claims of one transaction come from several tasks: there is no version to count.
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent: envelope.traceparent,
    },
  });
}
