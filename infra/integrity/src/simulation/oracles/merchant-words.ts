import type { PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History, ReadEntry } from '../history/history.ts';
import { isReadable, keyOf } from '../history/history.ts';
import { takenIn } from './parking.ts';

/** One change of a status that a merchant is to be told of, in contract 4's words. */
export interface MerchantChange {
  /** The event that made it. */
  readonly entry: ReadEntry;
  /** `null`: of the payment itself. */
  readonly refundId: string | null;
  readonly payNo: string;
  readonly from: string;
  readonly to: string;
  /** The gateway's number; `null` where the event names none. */
  readonly number: string | null;
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** A payment order or a refund, as a merchant knows it. */
interface Known {
  status: string;
  readonly payNo: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** What contract 4 calls the status after an event; shares no code with the payments. */
const words: Readonly<Partial<Record<PaymentsEvent['type'], string>>> = {
  ...{ PaymentProcessing: 'processing', PaymentUnknown: 'processing' },
  ...{ PaymentSucceeded: 'succeeded', PaymentFailed: 'failed', PaymentClosed: 'failed' },
  ...{ RefundProcessing: 'processing', RefundUnknown: 'processing' },
  ...{ RefundSucceeded: 'succeeded', RefundFailed: 'failed' },
};

const changes = new WeakMap<History, readonly MerchantChange[]>();

/** Every change that merchants are to be told of, in the order of the log; once for all who ask. */
export function merchantChanges(history: History): readonly MerchantChange[] {
  const known = changes.get(history);
  if (known !== undefined) return known;
  const found: MerchantChange[] = [];
  const all = new Map<string, Known>();
  for (const entry of takenIn(history, topics.paymentsEvents.name).filter(isReadable)) {
    const change = follow(entry, all);
    if (change !== null) found.push(change);
  }
  changes.set(history, found);
  return found;
}

function follow(entry: ReadEntry, all: Map<string, Known>): MerchantChange | null {
  const event = entry.payload as PaymentsEvent;
  const order = keyOf(entry);
  if (event.type === 'PaymentCreated' || event.type === 'RefundRequested') {
    const { payNo, amountMinor, currency } = event.data;
    const pending: Known = { status: 'pending', payNo, amountMinor, currency };
    if (event.type === 'RefundRequested') {
      if (all.has(order)) all.set(`${order} ${event.data.refundId}`, pending);
    } else if (event.data.merchant !== null) all.set(order, pending);
    return null;
  }
  const to = words[event.type];
  const refundId = 'refundId' in event.data ? event.data.refundId : null;
  const one = all.get(refundId === null ? order : `${order} ${refundId}`);
  if (to === undefined || one === undefined || one.status === to) return null;
  // An end is the last that a merchant hears of something.
  if (one.status === 'succeeded' || one.status === 'failed') return null;
  const { status: from, payNo, amountMinor, currency } = one;
  one.status = to;
  const number = numberIn(event);
  return { entry, refundId, payNo, from, to, number, amountMinor, currency };
}

function numberIn(event: PaymentsEvent): string | null {
  if (event.type === 'PaymentSucceeded') return event.data.channelTradeNo;
  return event.type === 'RefundSucceeded' ? event.data.gatewayRefundId : null;
}
