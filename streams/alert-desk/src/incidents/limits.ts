const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** So many alerts of one rule, raised within so long, are one incident and not a few cases. */
export const alertsToOpen = 20;
export const windowMs = minuteMs;

/** After its last alert has ended: a storm that heals as it comes is one incident, not many. */
export const settleMs = minuteMs;
/** After its newest alert: what comes later has another cause, or nobody has looked for half an hour. */
export const quietMs = 30 * minuteMs;

/**
 * Changes go out together. An id has 36 bytes: 200 are 7 KiB of an event and of the state, and
 * 100,000 alerts are 500 events.
 */
export const joinedMax = 200;
/** As long as a page shows an older number. */
export const flushMs = secondMs;

/** Of one rule and tenant, those whose alerts may still end: the newest, at some 400 bytes each. */
export const incidentsMax = 16;

/** What may be otherwise in a world where time is short. */
export interface IncidentLimits {
  readonly alertsToOpen: number;
  readonly windowMs: number;
  readonly settleMs: number;
  readonly quietMs: number;
  readonly joinedMax: number;
  readonly flushMs: number;
  readonly incidentsMax: number;
}

export const incidentLimits: IncidentLimits = {
  ...{ alertsToOpen, windowMs, settleMs, quietMs },
  ...{ joinedMax, flushMs, incidentsMax },
};

/** Of one order: as many as consistency-alerts lets a person reopen (its life/limits.ts). */
export const endedAlertsMax = 64;
