/**
 * Endpoints of one tenant. Each is known to every partition's task, and an event asks all of its
 * tenant's: 100 of 20 KiB with the largest templates are 2 MiB of a task's state.
 */
export const endpointsMax = 100;

/** 8 templates of 16 KiB, escaped as JSON, and the rest of the settings. */
export const settingsBytesMax = 384 * 1024;

/** Standard Webhooks gives no number; a key that is longer than two UUIDs is no key. */
export const idempotencyKeyCharactersMax = 128;

/** Longest overlap of two secrets: as long as the longest schedule, and four days more. */
export const overlapHours = { default: 24, max: 168 } as const;

/** A new endpoint is known to all tasks within tens of milliseconds; a rebalance takes seconds. */
export const knownWithinMs = 5_000;
export const knownPollMs = 100;

/** Trials of one call: what a person looks through. */
export const trialsMax = 100;

/** Notifications under one order number, as many as callers may ask for by name. */
export const trialsOfOrderMax = 500;

/** Commands of one call under way at once: a fiftieth of what the process has. */
export const commandsAtOnce = 20;

/** Notifications of one replay: at 300 a second it takes half a minute. */
export const replayMax = 10_000;
/** Rows that are read at once for it. */
export const replayPageRows = 500;
/** Ids in its answer. */
export const replayIdsShown = 100;

/** Bytes of a body, sent or answered, that a notification shows: a screen of some pages. */
export const shownBytesMax = 16 * 1024;

/** Incidents of an endpoint in its answer, the newest. */
export const incidentsShown = 20;
