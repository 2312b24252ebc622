import { performance } from 'node:perf_hooks';
import { busySampleMs } from './limits.ts';

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
  /** The share of the last moments in which this thread had something to do, 0 to 1; 0 where time is virtual. */
  busy(): number;
}

const waiting: (() => void)[] = [];

function nextTurn(): void {
  waiting.shift()?.();
  // An immediate that is set by an immediate runs after the next round of I/O.
  if (waiting.length > 0) setImmediate(nextTurn);
}

let sample = { atMs: 0, utilization: performance.eventLoopUtilization(), busy: 0 };

function threadBusy(): number {
  const atMs = performance.now();
  if (atMs - sample.atMs >= busySampleMs) {
    const utilization = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(utilization, sample.utilization);
    sample = { atMs, utilization, busy: since.utilization };
  }
  return sample.busy;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  // By hand, since the promise of node:timers/promises makes an error with a stack of each abort.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const over = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      signal?.addEventListener('abort', over);
    }),
  turn: () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 1) setImmediate(nextTurn);
    }),
  busy: threadBusy,
};
