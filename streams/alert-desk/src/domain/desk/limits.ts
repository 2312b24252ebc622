/** The clock hour of broker time, against whose limits remedies count. */
export const hourMs = 3_600_000;

/**
 * More than people can look at after an hour. The desk keeps the ids of an hour, 40 bytes each: 40 KB
 * are written with each leave at the most.
 */
export const perHourMax = 1_000;

/** 10 billion of a currency with two digits: beyond it somebody has mistyped. */
export const amountMinorMax = 1_000_000_000_000n;

/** More than any tenant sells in. */
export const currenciesMax = 16;

/** Rules are single letters today. */
export const ruleCharactersMax = 32;

/** One policy a rule: more rules than there are. */
export const policiesMax = 64;

export const reasonCharactersMax = 500;

/** Two are asked for at most; a few more may have said so. */
export const approvalsMax = 8;

/**
 * A desk is all of a tenant's: a policy for each rule may be set within the seconds in which a stop
 * comes again. With 300 bytes each 5 KB are written with each leave.
 */
export const peoplesCommandsRemembered = 16;
