import { setImmediate as nextRound } from 'node:timers/promises';
import type { Clock } from '@plumbline/kafka';

export interface VirtualClock extends Clock {
  /** Moves time on, stopping wherever somebody wakes. */
  advance(ms: number): Promise<void>;
  /** How many wait. */
  sleeping(): number;
}

/** Time that moves when it is told to. */
export function createVirtualClock(): VirtualClock {
  let nowMs = 0;
  const sleepers = new Map<number, Set<() => void>>();

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const atMs = nowMs + Math.max(1, Math.ceil(ms));
      const there = sleepers.get(atMs) ?? new Set();
      sleepers.set(atMs, there);
      const done = (): void => {
        signal?.removeEventListener('abort', done);
        there.delete(done);
        if (there.size === 0 && sleepers.get(atMs) === there) sleepers.delete(atMs);
        resolve();
      };
      there.add(done);
      signal?.addEventListener('abort', done, { once: true });
    });
  }

  return {
    nowMs: () => nowMs,
    sleep,
    turn: () => Promise.resolve(),
    busy: () => 0,
    sleeping: () => [...sleepers.values()].reduce((sum, { size }) => sum + size, 0),
    async advance(ms) {
      const untilMs = nowMs + ms;
      await nextRound();
      for (;;) {
        let next = Infinity;
        for (const atMs of sleepers.keys()) next = Math.min(next, atMs);
        if (next > untilMs) break;
        nowMs = next;
        for (const wake of [...(sleepers.get(next) ?? [])]) wake();
        await nextRound();
      }
      nowMs = untilMs;
    },
  };
}
