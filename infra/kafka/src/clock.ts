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
  /**
   * Resolves when it is the caller's turn to compute for long: one caller at a time, and between two
   * of them whatever else waits: signals, heartbeats, calls. Where time is virtual, at once.
   */
  turn(): Promise<void>;
}

const waiting: (() => void)[] = [];

function nextTurn(): void {
  waiting.shift()?.();
  // An immediate that is set by an immediate runs after the next round of I/O.
  if (waiting.length > 0) setImmediate(nextTurn);
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  sleep: async (ms, signal) => {
    if (signal?.aborted === true) return;
    await delay(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
  turn: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(nextTurn);
    }),
};
