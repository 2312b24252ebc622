import { invariant } from './invariant.ts';
import type { Slot } from './ids.ts';
import { partitionOfSlot, slotCount, slotOf, slotOfUuid } from './ids.ts';

/**
 * A payment number: `PAY`, 13 digits of epoch milliseconds, 5 digits of slot, 9 digits of
 * randomness: 30 characters, within contract 1's 32. The slot routes a webhook that knows nothing
 * but the payment number; 10^9 values a millisecond and slot make a clash a matter of the decider's
 * refusal, not of hope.
 */
const pattern = /^PAY(\d{13})(\d{5})(\d{9})$/;

export function payNo(parts: { atMs: number; slot: Slot; random: number }): string {
  invariant(parts.random >= 0 && parts.random < 1e9, 'nine digits of randomness');
  const at = String(parts.atMs).padStart(13, '0');
  const slot = String(parts.slot).padStart(5, '0');
  return `PAY${at}${slot}${String(parts.random).padStart(9, '0')}`;
}

/** The slot within a payment number; `null` when the text is not one of ours. */
export function slotOfPayNo(text: string): Slot | null {
  const slot = Number(pattern.exec(text)?.[2] ?? Number.NaN);
  return slot >= 0 && slot < slotCount ? (slot as Slot) : null;
}

/**
 * The slot of any record key: the one inside a payment number or a derived UUID, which is that of
 * their order, and the key's own hash otherwise.
 */
export const slotOfRecordKey = (key: string): Slot =>
  slotOfPayNo(key) ?? slotOfUuid(key) ?? slotOf(key);

export const partitionOfRecordKey = (key: string, partitions: number): number =>
  partitionOfSlot(slotOfRecordKey(key), partitions);
