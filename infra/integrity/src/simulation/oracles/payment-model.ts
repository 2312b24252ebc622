import type { PaymentsEvent } from '@plumbline/events';
import type { ModelTimer } from './order-model.ts';

/** Payments as contract 1 describes them; shares no code with the domain. */
export interface ModelPayment {
  readonly status: string;
  readonly payNo: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly channel: string;
  readonly createdAtMs: number;
  readonly expireAtMs: number;
}

const open = ['INIT', 'PAYING'];
const ended = ['SUCCESS', 'FAILED', 'CLOSED'];

const moves = {
  PaymentProcessing: { from: ['INIT'], to: 'PAYING' },
  PaymentSucceeded: { from: open, to: 'SUCCESS' },
  PaymentFailed: { from: open, to: 'FAILED' },
  PaymentClosed: { from: ['INIT'], to: 'CLOSED' },
  PaymentReportContradicted: { from: ended, to: null },
  PaymentReportConfirmed: { from: ended, to: null },
} as const;

/** The payment after an event, or why the event is impossible. Null: callbacks of no payment. */
export function paymentAfter(
  before: ModelPayment | null,
  event: PaymentsEvent,
): ModelPayment | null | { readonly problem: string } {
  if (event.type === 'PaymentCallbackRecorded') return before;
  if (event.type === 'PaymentCreated') {
    if (before !== null) return { problem: 'created twice' };
    const { payNo, amountMinor, currency, channel, createdAt, expireAt } = event.data;
    const times = { createdAtMs: createdAt, expireAtMs: expireAt };
    return { status: 'INIT', payNo, amountMinor, currency, channel, ...times };
  }
  if (before === null) return { problem: `${event.type} of a payment that was never created` };
  const { from, to } = moves[event.type];
  if (!from.some((status) => status === before.status)) {
    return { problem: `${event.type} of a payment that is ${before.status}` };
  }
  return { ...before, status: to ?? before.status };
}

export function paymentTimers(payment: ModelPayment): readonly ModelTimer[] {
  if (payment.status !== 'INIT') return [];
  return payment.channel === 'MOCK'
    ? [{ name: 'accept', dueMs: payment.createdAtMs }]
    : [{ name: 'expire', dueMs: payment.expireAtMs }];
}
