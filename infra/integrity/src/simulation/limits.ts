/** Every limit of the simulation, with its reason. Virtual time unless said otherwise. */

/**
 * Without faults an alert is late by the visibility margin (100 ms), a pace (25 ms), an idle fetch
 * (100 ms) and a transaction; clocks tick in milliseconds and fetches take a few.
 */
export const alertLatenessCalmMaxMs = 1_500;

/**
 * After the faults: a member that is gone is noticed after a session (6 s), a fenced task asks again
 * after 7 s, a transaction that nobody ends is aborted after 5 s and its scan, and a task that starts
 * over waits up to 2 s; one after the other, twice.
 */
export const alertLatenessMaxMs = 45_000;

/** The same for everything else: lag is zero within this after the faults. */
export const drainMaxMs = 60_000;

/** Faults for so long: a dozen crashes at most, since what matters is what overlaps. */
export const stormMs = { least: 4_000, most: 30_000 } as const;

/** The storm of a run with a planted bug that needs faults: time for a takeover or three. */
export const busyStormMs = 25_000;

/** Orders in one run: enough to share partitions, few enough to read what went wrong. */
export const storiesMax = 14;
export const poisonMax = 6;

/** Longest grace of Rule A, and longest life of an order that is to expire. */
export const graceMaxMs = 6_000;
export const deadlineMs = { least: 500, most: 12_000 } as const;

/** The life of an order that is not to expire: beyond the end of any run. */
export const longLifeMs = 3_600_000;

/** A client gives up on an answer after this, and on a write after so many attempts. */
export const answerPatienceMs = 4_000;
export const attemptsMax = 6;

/** After the faults: due timers fire, and what waited goes on, before lag is asked for. */
export const settleMs = 14_000;

/** Between two looks at the lag, which read the whole log. */
export const drainStepMs = 500;

/** Longer than anything that is merely on its way in a calm world: a pace, a fetch, a commit. */
export const quietMs = 2_000;

/** Poison that may not be planted yet is tried again after this. */
export const poisonAgainMs = 700;

/** Seeds of a campaign unless told otherwise: some minutes on two cores. */
export const seedsDefault = 500;

/** Runs spent on making one failing seed small: a second each at most. */
export const shrinkRunsMax = 120;

/** Failing seeds after which a campaign ends: more tell nothing that these do not. */
export const failuresMax = 5;

/** Every so many seeds one is run twice, and must give the same hash. */
export const repeatedEvery = 25;

/** The rarest state comes in one seed of forty: in so many it is missed once in 10^11. */
export const rareStatesSeedsMin = 1_000;

/** Seeds for one planted bug, beyond which it counts as not found. */
export const mutantSeedsMax = 60;

/** Between two lines of progress, wall-clock. */
export const progressEveryMs = 5_000;

/** Seeds without which `npm test` has tried nothing, even on a machine that is busy otherwise. */
export const testSeedsMin = 20;

/** Seeds for one planted bug within `npm test`: the rarest is found within 30. */
export const testMutantSeedsMax = 40;

/** A call to the gateway that nobody answers is over after this. */
export const callDeadlineMs = 3_000;

/** How often a gateway gives a payment the one number that others have, too: two in nine of ten runs with six. */
export const sharedTransactions = 0.5;

/** How often it names a wrong sum when it is asked about money that it has. */
export const wrongSums = 0.5;

/** How often a gateway names a refund that nobody asked for here: in every other run with three. */
export const refundedElsewhere = 0.2;

/** How often money comes for a payment that was closed: often, for few are closed at a gateway. */
export const latePayments = 0.5;

/** A payer or a gateway takes at most so long for what it does at all. */
export const payerMaxMs = 8_000;

/** One seed in so many tells merchants: such a run takes as long as three others. */
export const tellingSeeds = 0.3;

/** Endpoints of such a run: each multiplies what is told. */
export const endpointsMax = 4;

/**
 * Waits of retries: two that a delay topic keeps, and one between them that a timer does. All fit
 * into a storm, so that schedules are used up in it.
 */
export const delayLevelsMs: readonly number[] = [1_000, 4_000];
export const intervalsMs: readonly number[] = [1_000, 2_500, 4_000];

/** A request to a merchant is over after this; the shortest that an endpoint may have. */
export const merchantTimeoutMs = 1_000;

/** Preparing a request takes so long at most; one in five that long, so that processes end in it. */
export const usualVaultMs = 12;
export const slowVaultMs = 400;

/** A merchant that answers slowly takes so long at most. */
export const slowMerchantMs = 700;

/**
 * Pauses of a lane whose endpoint fails: short, or they would outlast the storm. So few are kept in
 * memory that of a dozen that are due at once some stay in the store.
 */
export const lanes = {
  ...{ breakerPauseMs: 500, breakerPauseMsMax: 2_000 },
  ...{ queuedPerLaneMax: 3, queuedMax: 6 },
} as const;

/**
 * After the faults everything is delivered within this: the longest wait of the schedule or that a
 * merchant asks for (5 s), the pause of a lane (2 s), a request (1 s), and a task that starts over.
 */
export const deliveredMaxMs = 30_000;

/**
 * Without faults whoever delivers knows of an end or a pause within this: a commit, a pace and a fetch;
 * and a request that had begun has come (60 ms).
 */
export const noticedCalmMaxMs = 1_500;

/** After the faults, as for alerts: sessions, takeovers and restarts, one after the other. */
export const noticedMaxMs = 45_000;

/** After so many failures in a row an endpoint is left alone, and is said to fail. */
export const failuresInRow = 5;

/** What operators do in one run at most: enough to meet one another. */
export const operationsMax = 8;

/** What operators say of alerts in one run at most, half of it within so long after the faults. */
export const wordsMax = 10;
export const wordsAfterMs = 12_000;

/** How long an alert is suppressed at most, so that it stands again within the run. */
export const suppressedMaxMs = 6_000;

/** After the faults: what was used up in them has come to its end, and is replayed. */
export const replayedAfterMs = 10_000;

/** Of the runs that tell merchants so many have poison under the keys of stories. */
export const parkingSeeds = 0.35;

/** What is asked of keys that wait, while there are faults: enough that some find nothing left. */
export const redrivesMax = 3;

/**
 * Of the runs that tell merchants in so many nobody sends on what waits in delay topics for a while:
 * longer than the longest of them, so that what was due in it came late.
 */
export const relayAwaySeeds = 0.3;
export const relayAwayMs = { least: 5_000, most: 12_000 } as const;

/**
 * How late a retry is before the sweeper begins it, and how often it looks. Later than anything is
 * that is merely on its way in a calm world (1.5 s), and sooner than whoever relays is back.
 */
export const sweepGraceMs = 3_000;
export const sweepEveryMs = 1_000;

/** Notifications of one replay by filter. */
export const replayedMax = 4;

/** How long an endpoint fails before there is an incident of it. */
export const alertAfterMs = 4_000;

/** After the faults a merchant that was gone has it said: what was answered before has been read. */
export const resumedAfterMs = 9_000;

/** How often the gateway is asked about a payment that nobody has paid: often, for runs are short. */
export const queryIntervalMs = 2_000;

/**
 * What was asked in vain is asked again after a minute at the most, twice if a creation was lost and
 * has to be made again, and a start that nobody reported is given up after 23 s.
 */
export const gatewayEndsMaxMs = 240_000;

/** One seed in so many has personal accounts: everything else of it stays as it was. */
export const receivingSeeds = 0.3;

/** Of all runs so many mend what their alerts are about. */
export const mendingSeeds = 0.3;

/** Orders that are paid into accounts: enough that three ask for one amount at one time. */
export const personalStoriesMax = 8;

/** What people do about unmatched money in one run at most. */
export const handsMax = 6;

/** How soon whoever pays sees that he may: a page is shown after its account has been told. */
export const payersLookMs = 50;

/** A monitor client reports within this what it saw: a phone in a pocket is awake now and then. */
export const reportedMaxMs = 4_000;

/** A monitor client tries again and again; beyond this the run ends before it is heard. */
export const reportTriesMax = 40;

/**
 * A payment that somebody gave money that does not fit is asked about every two seconds for ever, and
 * what follows takes a tenth of one: the end of a run waits for a moment between.
 */
export const lastLookMs = 40;
export const lastLooksMax = 50;

/** A run has some ten alerts in half a minute: an incident is of few, and soon over. */
export const incidents = {
  ...{ alertsToOpen: 2, windowMs: 30_000 },
  ...{ settleMs: 2_000, quietMs: 15_000, joinedMax: 3 },
} as const;

/** In so many seeds minutes of channels are short, so that one is usual, and silent, within a run. */
export const listeningSeeds = 0.3;

/** Without a word for so long a payment lingers at a silent channel: a minute has two seconds here. */
export const sweptSilentMs = 300;

/** As docs/silence.md has it. */
export const usualSilence = {
  ...{ minuteMs: 60_000, idleMinutesMax: 60, windowMinutes: 10, usualMinutes: 60 },
  ...{ learntMinutes: 30, expectedMin: 20, endedMin: 20, usualPerMilleMin: 200 },
  endedToSpeakMin: 5,
} as const;

/** A run has some ten payments in half a minute: few are enough, and a minute has two seconds. */
export const silence = {
  ...{ minuteMs: 2_000, idleMinutesMax: 8, windowMinutes: 3, usualMinutes: 6 },
  ...{ learntMinutes: 2, expectedMin: 1, endedMin: 2, usualPerMilleMin: 200 },
  endedToSpeakMin: 1,
} as const;
