import type { EarmarkLimits, MemoryLimits } from '@plumbline/kernel';

const dayMs = 24 * 3_600_000;

/** A code, not a description. In bytes four times as many: well within a header's 1,024. */
export const skuCharsMax = 64;

/** What stands on a price tag. */
export const nameCharsMax = 200;

/** 9,999,999,999.99, contract 1's largest payment: nobody could buy one that costs more. */
export const unitAmountMinorMax = 999_999_999_999n;

/** Pieces of one SKU in the house; with as many again still far below 2^53. */
export const onHandMax = 1_000_000_000;

/*
 * A state is one record, of 1,048,076 bytes at most. All that grows in it is bounded here, to
 * 600,000 + 210,000 + 60,000 + 30,000 = 900,000 bytes, which leaves a seventh for the rest.
 */

export const reservationLimits: EarmarkLimits = {
  /** A reservation of a UUID for an order number of 20 characters takes 131 bytes. */
  openMax: 5_000,
  openBytesMax: 600_000,
  /**
   * An order may be paid for 30 days at most, its checkout keeps what is put aside for a day beyond,
   * and clocks differ.
   */
  durationMsMax: 32 * dayMs,
  /**
   * A checkout asks again within minutes what was not answered, and a gateway may say that an order
   * is paid a day after its reservation has ended. One takes 70 bytes, with its order number 100.
   */
  ended: { forMs: dayMs, countMax: 3_000, bytesMax: 210_000 },
};

/** A delivery that is booked again is a matter of weeks; a SKU gets some 20 a day. 55 bytes each. */
export const receiptsRemembered: MemoryLimits = {
  forMs: 30 * dayMs,
  countMax: 1_000,
  bytesMax: 60_000,
};

/** Corrections are fewer. */
export const writeOffsRemembered: MemoryLimits = {
  forMs: 30 * dayMs,
  countMax: 500,
  bytesMax: 30_000,
};
