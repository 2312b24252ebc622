/** Bytes of a gateway call: the largest, a Lakala order with every field, is about 8 KiB. */
export const bodyBytesMax = 64 * 1024;

/** Payments in the books. At about 1 KiB each with its callbacks, 500,000 are 500 MiB. */
export const paymentsMax = 500_000;

/** Calls and callbacks kept to be read: 1,000 s at 200 a second. The journal has all of them. */
export const callsKeptMax = 200_000;
export const callbacksKeptMax = 200_000;

/** Attempts shown of one callback: the longest schedule has 10, and copies are at most 20. */
export const attemptsKeptMax = 40;

/** Rules at once: each is tried at every call. */
export const rulesMax = 100;

/** Callbacks that wait for their turn or their next attempt; one more is given up at once. */
export const callbacksPendingMax = 50_000;

/** Callbacks under way at once: with answers in 20 ms, 64 are 3,200 a second. */
export const callbacksInFlightMax = 64;

/** Characters kept of what a receiver answered. */
export const answerCharsMax = 200;

/** Bytes read of what a receiver answered: enough for any acknowledgement. */
export const answerBytesMax = 16 * 1024;

/** How long a call that is never answered keeps its connection, unless its rule says. */
export const hangMs = 60_000;

/** How late a late answer or callback is, unless its rule says. */
export const lateMs = 3_000;

/** How long a reordered callback waits for another of its payment to go first. */
export const reorderMs = 5_000;

/** How long a slow refund takes, unless its rule says. */
export const refundMs = 3_000;

/** The longest wait that a rule can ask for: an hour. */
export const ruleMsMax = 3_600_000;

/** Copies of one callback that a rule can ask for. */
export const copiesMax = 20;

/** References are 32 characters at our side; PayPay's own limit, 64, is the widest of the three. */
export const referenceCharsMax = 64;

/** A URL in a request; Lakala's own limit is 128, and ours is what a browser takes. */
export const urlCharsMax = 2_048;

/** 9,999,999,999.99 in minor units, and a hundred times that: no gateway takes more. */
export const amountMinorMax = 99_999_999_999_999n;

/** One page of a list. */
export const pageSize = { default: 50, max: 1_000 } as const;

/** PayPay's codes can be paid for 5 minutes; a request cannot say otherwise. */
export const paypayCodeMs = 300_000;

/** How far the clock of a caller may be from ours: MOCK's rule, and Lakala's answer to old ones. */
export const clockSkewMs = 300_000;

/** PayPay: the epoch of a request may be at most 2 minutes away. */
export const paypayClockSkewMs = 120_000;

/** What a stopping process waits for a journal to be written. */
export const setTimeoutMsMax = 2_147_483_647;
