import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import type { Report } from '@plumbline/local';
import { LocalStackError } from '@plumbline/local';
import { progressEveryMs } from '../limits.ts';
import { watchEvents } from '../shop/watch-events.ts';
import { activePatienceMs, waitingPollMs } from './limits.ts';

/** Counts orders that begin to wait for money, from now on. */
export interface ActiveWatch {
  /** Waits for so many. Errors: LocalStackError when they do not come. */
  until(count: number): Promise<void>;
  close(): Promise<void>;
}

export async function watchActive(of: {
  readonly log: Log;
  readonly report: Report;
  readonly signal: AbortSignal;
}): Promise<ActiveWatch> {
  const { log, report, signal } = of;
  let [active, newestMs] = [0, performance.now()];
  const watch = await watchEvents({
    log,
    topics: [topics.receivingEvents.name],
    onEvent({ type }) {
      if (type !== 'OrderActivated') return;
      active += 1;
      newestMs = performance.now();
    },
  });
  return {
    async until(count) {
      newestMs = performance.now();
      let toldMs = newestMs;
      while (active < count) {
        const nowMs = performance.now();
        if (nowMs - newestMs > activePatienceMs)
          throw new LocalStackError(`only ${active} of ${count} orders wait for money`);
        if (nowMs - toldMs >= progressEveryMs) {
          toldMs = nowMs;
          report(`  ${active} of ${count} orders wait for money`);
        }
        await sleep(waitingPollMs, undefined, { signal });
      }
    },
    close: () => watch.close(),
  };
}
