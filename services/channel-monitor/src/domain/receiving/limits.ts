import type { MemoryLimits } from '@plumbline/kernel';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** As long as contract 1's channelTradeNo, which it becomes. Printable, without spaces. */
export const platformOrderForm = /^[\x21-\x7e]{1,64}$/;

/** A link that stands in a QR code; each order that waits keeps one. */
export const payUrlCharsMax = 256;

/** One account has one or two pay ways; more are codes printed for single shops. */
export const channelsMax = 20;

/** 9,999,999,999.99, contract 1's largest payment. */
export const amountMinorMax = 999_999_999_999n;

/** An order may be paid for 30 days at most, and clocks differ. */
export const waitsMsMax = 32 * dayMs;

/** So many amounts beside the order's own: 99 cents, of which a payer notices nothing. */
export const offsetsMax = 99;

/** A step above this is no offset but another price. */
export const offsetStepMinorMax = 100n;

/** A payer who pays at the last moment is reported within a minute, as a rule. */
export const settleMs = { default: minuteMs, max: 60 * minuteMs } as const;

/** Money that comes after a week is for people. */
export const lateMs = { default: dayMs, max: 7 * dayMs } as const;

/** Orders named as those that money could be for: who decides by hand looks at no more. */
export const candidatesMax = 20;

/*
 * A state is one record, of 1,048,076 bytes at most, and is written at each change. All that grows
 * in it is bounded here: 300 orders of 650 bytes (with the longest link), 200 + 200 KB of memory,
 * 500 × 330 bytes unmatched, and 20 channels of 500 bytes are 770,000 bytes.
 */

/** A personal account that has more orders waiting at once is told apart by nothing. */
export const activeMax = 300;

/** Of an order that nobody waits for any more: 350 bytes each. */
export const endedRemembered: MemoryLimits = {
  forMs: lateMs.max,
  countMax: 500,
  bytesMax: 200_000,
};

/**
 * Money that is matched or set aside, so that a repeat is recognised: 190 bytes each. A client
 * repeats within hours; beyond this a repeat is caught by the transaction, which pays one payment
 * only (rule Z).
 */
export const moneyRemembered: MemoryLimits = {
  forMs: 90 * dayMs,
  countMax: 1_000,
  bytesMax: 200_000,
};

/** So much wants a person first: what comes then is refused, and the client keeps it. */
export const unmatchedMax = 500;
