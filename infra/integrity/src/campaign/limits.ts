/** A campaign of two hundred kills takes about half an hour on two cores. */
export const killsDefault = 200;
export const killsMax = 100_000;
export const minutesMax = 24 * 60;
export const seedMax = 2 ** 32 - 1;
export const seedsMax = 10_000_000;

/** At most so many faults at once, each on another target. */
export const faultsAtOnceMax = 3;

/** Of all rounds; in these nothing is broken, so that what was broken can be seen to heal. */
export const calmShare = 0.25;
export const calmMs = { min: 3_000, max: 8_000 } as const;

/** Shorter and longer than a session (6 s) and a transaction's time-out (5 s). */
export const frozenMs = { min: 2_000, max: 12_000 } as const;
export const outageMs = { min: 1_000, max: 8_000 } as const;
export const stormMs = { min: 4_000, max: 10_000 } as const;

/** The n-th time that a process comes to a step. */
export const occurrence = { min: 1, max: 6 } as const;

/** A step that is not reached within this, since other faults keep everything still, is let be. */
export const stepWithinMs = 45_000;

/** I13: sessions, restarts with growing waits, a broker's start, a restore; several times over. */
export const servedAgainWithinMs = 120_000;

/** A line of progress. */
export const progressEveryMs = 15_000;

/** Orders as state when a hand-over is measured; more take longer to make than to hand over. */
export const handOverKeysDefault = 100_000;
export const handOverKeysMax = 1_000_000;

/** The issue's own numbers: a thousand payments without a webhook, a thousand refunds of one. */
export const webhooksDefault = 1_000;
export const refundsDefault = 1_000;
/** Ten times that is ten times as long; a payment has at most 1,000 refunds. */
export const webhooksMax = 10_000;
export const refundsMax = 1_000;

/** A new payment every 100 ms, so that a thousand are open together and asked about in turn. */
export const paymentsEveryMs = 100;
/** Two rounds of questions, so that the moment of the charge is any moment between two of them. */
export const paidWithinMs = 60_000;
/** Other buyers, one every two seconds: there are some, and they are not what is measured. */
export const quietEveryMs = 2_000;

/** Purchases under faults: through a gateway one is three times the work of one by hand. */
export const campaignEveryMs = 250;

/** Histories in which alerts are measured: as many as ALERTS.md asks for, some minutes on two cores. */
export const truthDefault = 10_000;
