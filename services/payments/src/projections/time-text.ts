/** Epoch ms as Postgres takes it. */
export const timeText = (ms: number): string => new Date(ms).toISOString();
