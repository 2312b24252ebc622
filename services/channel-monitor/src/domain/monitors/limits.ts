const dayMs = 24 * 3_600_000;

/** A client that is not the merchant itself. With its prefix 64 characters, as signatures name it. */
export const clientIdForm = /^mc_[A-Za-z0-9_-]{1,61}$/;

/** 16 hex digits, as the vault makes them. */
export const keyIdForm = /^[0-9a-f]{16}$/;

/** A merchant has a few accounts; one with more leaves the list out. Each takes 35 bytes. */
export const aidsMax = 100;

/**
 * Keys of a client that are good at once, and that a signature is tried with (auth/limits.ts). Who
 * rotates within overlaps has two; a script that does it by mistake is told.
 */
export const keysMax = 8;

/** A month to reach every phone; an hour more than is asked for, as clocks differ. */
export const overlapMs = { max: 30 * dayMs, slack: 3_600_000 } as const;
