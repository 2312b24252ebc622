/** Twice within the grace: what is overdue begins a minute and a half after its time at the latest. */
export const everyMs = 30_000;

/**
 * How late a retry may be before somebody else begins it. A delay topic is late by as much as the
 * process that relays it is away; a restart takes seconds, a takeover as long as a session, 6 s.
 */
export const graceMs = 60_000;

/** Retries begun in one round: more than that is a platform that is down, not a retry that was lost. */
export const batch = 1_000;
