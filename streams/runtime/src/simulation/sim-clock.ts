import type { Clock } from '@plumbline/kafka';
import type { Random } from './random.ts';
import type { Life, World } from './world.ts';

/** A busy event loop runs a timer up to this much after it is due. */
const timerLateMs = 1;

/** The timers of one process: monotonic, since an arbitrary start, and silent once it is dead. */
export function createSimClock(world: World, life: Life): Clock {
  const random: Random = world.random.fork(`timers/${life.name}/${life.incarnation}`);
  const bootMs = world.scheduler.nowMs() - random.between(0, 100_000);
  return {
    nowMs: () => world.scheduler.nowMs() - bootMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const done = (): void => {
          signal?.removeEventListener('abort', done);
          resolve();
        };
        signal?.addEventListener('abort', done, { once: true });
        life.after(Math.max(1, ms) + random.between(0, timerLateMs), done);
      }),
    turn: () => Promise.resolve(),
    busy: () => 0,
  };
}
