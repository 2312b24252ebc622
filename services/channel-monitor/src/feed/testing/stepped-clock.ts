import { setImmediate as nextRound } from 'node:timers/promises';
import type { Clock } from '@plumbline/kafka';

export interface SteppedClock extends Clock {
  /** Moves time on by seconds, one after the other, and lets whoever wakes do its work. */
  pass(seconds: number): Promise<void>;
  /** Lets whoever can go on do so, at the time it is. */
  settle(): Promise<void>;
}

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Time that moves when it is told to. */
export function createSteppedClock(): SteppedClock {
  let nowMs = 0;
  const sleepers = new Set<Sleeper>();

  async function settle(): Promise<void> {
    for (let round = 0; round < 10; round += 1) await nextRound();
  }

  return {
    settle,
    nowMs: () => nowMs,
    turn: () => Promise.resolve(),
    busy: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper: Sleeper = {
          untilMs: nowMs + ms,
          wake: (): void => {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        if (signal?.aborted === true) resolve();
        else sleepers.add(sleeper);
        signal?.addEventListener('abort', sleeper.wake);
      }),
    async pass(seconds) {
      await settle();
      for (let second = 0; second < seconds; second += 1) {
        nowMs += 1_000;
        for (const sleeper of sleepers) if (sleeper.untilMs <= nowMs) sleeper.wake();
        await settle();
      }
    },
  };
}
