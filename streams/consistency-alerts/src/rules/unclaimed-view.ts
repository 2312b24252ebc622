import type { CallbacksEvent, Evidence } from '@plumbline/events';

/** What stands under a payment's number, of which callbacks came and which nobody had created. */
export interface UnclaimedView {
  readonly payNo: string;
  /** Callbacks of it that have come. */
  readonly callbacks: number;
  /** The first that says that it was paid; `null` before one does. */
  readonly paid: UnclaimedPaid | null;
  /** The payment was created after all, for good. */
  readonly isClaimed: boolean;
}

export interface UnclaimedPaid {
  /** `null` of a callback by contract 1, which names none. */
  readonly channel: string | null;
  readonly transactionId: string | null;
  /** Minor units; `null` where it names no sum. */
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
  readonly seen: Evidence;
}

/** The same object where nothing is new: what is parked may be told again, from the beginning. */
export function afterCallbacksEvent(
  view: UnclaimedView | undefined,
  event: CallbacksEvent,
  seen: Evidence,
): UnclaimedView {
  const { payNo } = event.data;
  const known = view ?? { payNo, callbacks: 0, paid: null, isClaimed: false };
  if (known.isClaimed) return known;
  if (event.type === 'CallbacksClaimed') return { ...known, isClaimed: true };
  const { waiting, saysPaid, channel, amountMinor, currency } = event.data;
  const { gatewayTransactionId: transactionId } = event.data;
  const isFirstPaid = saysPaid && known.paid === null;
  if (waiting <= known.callbacks && !isFirstPaid) return known;
  const paid = isFirstPaid ? { channel, transactionId, amountMinor, currency, seen } : known.paid;
  return { ...known, callbacks: Math.max(waiting, known.callbacks), paid };
}
