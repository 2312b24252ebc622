import type { EarmarkLimits, MemoryLimits } from '@plumbline/kernel';

const dayMs = 24 * 3_600_000;

/** An opaque id. In bytes four times as many: well within a header's 1,024. */
export const accountCharsMax = 64;

/** 9,999,999,999.99, contract 1's largest payment. */
export const amountMinorMax = 999_999_999_999n;

/** A thousand of the largest amounts; as a number in JSON still exact, below 2^53. */
export const balanceMinorMax = 999_999_999_999_999n;

/** A person has money of two or three; each takes 60 bytes of state, and a row in answers. */
export const currenciesMax = 20;

/*
 * A state is one record, of 1,048,076 bytes at most. All that grows in it is bounded here, to
 * 400,000 + 250,000 + 240,000 + 20 × 60 = 891,200 bytes, which leaves a seventh for the rest.
 */

export const holdLimits: EarmarkLimits = {
  /**
   * One buyer has a few at once; a company's account has more. A hold of a UUID for an order number
   * of 20 characters takes 190 bytes.
   */
  openMax: 2_000,
  openBytesMax: 400_000,
  /**
   * An order may be paid for 30 days at most, its checkout keeps what is put aside for a day beyond,
   * and clocks differ.
   */
  durationMsMax: 32 * dayMs,
  /** A checkout asks again within minutes, or a day late. One takes 110 bytes, some 150. */
  ended: { forMs: dayMs, countMax: 2_000, bytesMax: 250_000 },
};

/** An entry that is booked again is a matter of weeks. 110 bytes each. */
export const entriesRemembered: MemoryLimits = {
  forMs: 30 * dayMs,
  countMax: 2_000,
  bytesMax: 240_000,
};
