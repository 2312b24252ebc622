export const minuteMs = 60_000;

/**
 * After so many minutes without anything a partition says no more of a channel: its silence was told
 * long before, and a channel that nobody uses costs nothing.
 */
export const idleMinutesMax = 60;

/** What is judged: long enough that 20 payments mean something, short enough that somebody can act. */
export const windowMinutes = 10;

/** Older minutes weigh less by a sixtieth each: the usual is that of the last hour or so. */
export const usualMinutes = 60;
/** Before there are so many, nothing is usual yet. */
export const learntMinutes = 30;

/** 20 that usually come, and none: by chance once in 10^8 windows (a Poisson of mean 20). */
export const expectedMin = 20;
/** So many ended, and less than half of the usual share succeeded. */
export const endedMin = 20;
/** A channel on which fewer than a fifth succeed has no usual share that could collapse. */
export const usualPerMilleMin = 200;
/** Back again: three quarters of the usual share, of so many at least. */
export const endedToSpeakMin = 5;

/** What may be otherwise in a world where time is short. */
export interface SignalLimits {
  readonly minuteMs: number;
  readonly idleMinutesMax: number;
  readonly windowMinutes: number;
  readonly usualMinutes: number;
  readonly learntMinutes: number;
  readonly expectedMin: number;
  readonly endedMin: number;
  readonly usualPerMilleMin: number;
  readonly endedToSpeakMin: number;
}

export const signalLimits: SignalLimits = {
  ...{ minuteMs, idleMinutesMax, windowMinutes, usualMinutes, learntMinutes },
  ...{ expectedMin, endedMin, usualPerMilleMin, endedToSpeakMin },
};
