/** Every limit of the measurement, with its reason. Virtual time unless said otherwise. */

/** An alert is late when it is out later than this after its deadline (ALERTS.md). */
export const lateMs = 1_000;

/**
 * After a fault: a member that is gone is noticed after a session (6 s), a fenced task asks again after
 * 7 s, and a task that starts over waits up to 2 s; one after the other, twice.
 */
export const recoveryMs = 45_000;

/** Longer than anything that is merely on its way: a pace, a fetch, a commit. */
export const quietMs = 3_000;

/** Histories that share a log and a task: enough that keys meet, few enough to read what went wrong. */
export const historiesPerWorld = 40;

/** Histories begin within so long: some worlds are crowded, and in some nothing comes for minutes. */
export const beginsWithin = { leastMs: 1_000, mostMs: 60_000 } as const;

/** Graces that a world sets by record: far above what merely follows, and short, for time costs. */
export const graceBetween = { leastMs: 4_000, mostMs: 20_000 } as const;

/** Where time passes as it does, nobody waits for longer graces than this: idle tasks cost, too. */
export const patienceMs = 60_000;

/** Histories of a run unless told otherwise. */
export const historiesDefault = 10_000;

/** Histories within which each planted bug must be caught. */
export const mutantHistoriesMax = 1_000;

/** Mistakes of one rule that are shown; more tell nothing that these do not. */
export const mistakesShown = 5;

/** Between two lines of progress, wall-clock. */
export const progressEveryMs = 5_000;

/** What must be reached: of all alerts, in per cent. */
export const recallMin = 100;
export const precisionMin = 99.9;
export const precisionOfContractMin = 100;
