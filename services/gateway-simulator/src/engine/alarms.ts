import * as limits from '../limits.ts';

/** Work for later, which a reset or the end of the process takes back. */
export interface Alarms {
  /** Epoch ms; at once for a time that is over. */
  at(atMs: number, work: () => Promise<unknown>): void;
  clear(): void;
}

export function createAlarms(options: {
  readonly nowMs: () => number;
  onFailure(error: unknown): void;
}): Alarms {
  const timers = new Set<NodeJS.Timeout>();
  return {
    at: (atMs, work) => {
      const waitMs = Math.min(Math.max(0, atMs - options.nowMs()), limits.setTimeoutMsMax);
      const timer = setTimeout(() => {
        timers.delete(timer);
        work().catch((error: unknown) => options.onFailure(error));
      }, waitMs);
      timers.add(timer);
    },
    clear: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
