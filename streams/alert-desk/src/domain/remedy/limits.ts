/**
 * Remedies of one order that are kept: rules that have one are four, and an alert of theirs comes
 * again after it has healed. At 500 bytes each an order holds 16 KiB at most.
 */
export const remediesMax = 32;

export const reasonCharactersMax = 500;

/** Two persons are asked for at most; a few more may have said so. */
export const approvalsMax = 8;

/**
 * Payments that one sweep asks about. Their gateway gets no more questions at once than its worker
 * lets out, and the event that names them stays below 8 KB.
 */
export const sweptMax = 200;

/** A payment that was asked about within so many milliseconds before a sweep is not asked again. */
export const sweptUnlessWithinMs = 5_000;
