import { setTimeout as sleep } from 'node:timers/promises';

/** How much of Postgres a rebuild may take. */
export interface PaceLimits {
  /** Share of the time in which each of its connections may be busy, above 0 and up to 1. */
  readonly load: number;
  /** Over all partitions; `null` for no limit. */
  readonly recordsPerSecond: number | null;
}

export interface Pace {
  /** Waits as long as the limits ask for after a batch. Errors: the reason of an aborted signal. */
  after(batch: { readonly records: number; readonly busyMs: number }): Promise<void>;
}

/** For what must be over soon. */
export const unpaced: Pace = { after: () => Promise.resolve() };

/** One for all partitions of a rebuild. */
export function createPace(options: PaceLimits & { readonly signal: AbortSignal }): Pace {
  const { load, recordsPerSecond, signal } = options;
  let allowedAtMs = 0;
  return {
    async after({ records, busyMs }) {
      let waitMs = busyMs * (1 / load - 1);
      if (recordsPerSecond !== null) {
        const nowMs = performance.now();
        allowedAtMs = Math.max(nowMs, allowedAtMs) + (records * 1_000) / recordsPerSecond;
        waitMs = Math.max(waitMs, allowedAtMs - nowMs);
      }
      if (waitMs >= 1) await sleep(waitMs, undefined, { signal });
    },
  };
}
