import type { Clock } from '@plumbline/kafka';

/** Time that passes while somebody sleeps, from 0 ms. */
export function createPassingClock(): Clock {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    sleep: (ms) => Promise.resolve(void (nowMs += ms)),
    turn: () => Promise.resolve(),
    busy: () => 0,
  };
}
