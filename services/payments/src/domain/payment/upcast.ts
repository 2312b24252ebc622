import type { Payment, PaymentState } from './state.ts';

/** Until gateways were asked, statuses had contract 1's names and a payment had nothing else. */
const statuses = {
  INIT: 'created',
  PAYING: 'processing',
  SUCCESS: 'succeeded',
  FAILED: 'failed',
  CLOSED: 'closed',
} as const satisfies Readonly<Record<string, Payment['status']>>;

type OldState = Readonly<Record<string, unknown>> & {
  readonly status: string;
  readonly amountMinor?: bigint;
  readonly contradicted?: boolean;
};

const isOld = (status: string): status is keyof typeof statuses => status in statuses;

/** A payment as it stands in a changelog, in the shape of today. */
export function upcastPayment(stored: unknown): PaymentState {
  // The changelog has one writer, the payments task, and these are the two shapes it ever wrote.
  const state = stored as OldState;
  const { status } = state;
  if (!isOld(status)) return stored as PaymentState;
  const now = statuses[status];
  const shared = { ...state, status: now, gateway: null, refunds: {} };
  if (now === 'created' || now === 'processing')
    return { ...shared, closing: null } as unknown as PaymentState;
  // An ended payment that was contradicted by a success has the money all the same.
  const isPaid = now === 'succeeded' || state.contradicted === true;
  return { ...shared, capturedMinor: isPaid ? state.amountMinor : 0n } as unknown as PaymentState;
}
