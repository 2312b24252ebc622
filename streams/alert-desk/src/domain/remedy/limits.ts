/**
 * Remedies of one order that are kept: rules that have one are four, and an alert of theirs comes
 * again after it has healed. At 500 bytes each an order holds 16 KiB at most.
 */
export const remediesMax = 32;

export const reasonCharactersMax = 500;

/** Two persons are asked for at most; a few more may have said so. */
export const approvalsMax = 8;
