import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waiting, and time that only goes forward. Whatever waits takes one, so that the simulator can put
 * virtual time in its place; nothing decides by it (decisions know broker time only).
 */
export interface Clock {
  /** Monotonic, ms since an arbitrary start. */
  nowMs(): number;
  /** Resolves after so long, or at once when aborted. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) return;
    await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
