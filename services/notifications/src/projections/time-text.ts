/** Epoch ms as RFC 3339 in UTC, which Postgres takes as a time. */
export const timeText = (ms: number): string => new Date(ms).toISOString();
