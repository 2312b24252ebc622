import type { Clock } from '@plumbline/kafka';
import type { Breaker, Contact } from './breaker.ts';
import { createBreaker } from './breaker.ts';
import { jobsMax as jobsMaxDefault } from './limits.ts';

/** One thing to do at a gateway. Must not reject. */
export type Job = () => Promise<Contact>;

/** The calls of one gateway: so many at once, in the order in which they came, none while it is away. */
export interface Lane {
  /** Returns how to take it out again, which does nothing once it has begun. */
  add(job: Job): () => void;
  waiting(): number;
  underWay(): number;
  breaker(): ReturnType<Breaker['state']>;
  /** Nothing begins any more. Resolves when what is under way has ended. */
  close(): Promise<void>;
}

export function createLane(options: { readonly clock: Clock; readonly jobsMax?: number }): Lane {
  const { clock, jobsMax = jobsMaxDefault } = options;
  const breaker = createBreaker(clock);
  const stopping = new AbortController();
  const queue = new Set<{ readonly job: Job }>();
  const running = new Set<Promise<void>>();
  let isResting = false;

  function pump(): void {
    for (const waiting of queue) {
      if (stopping.signal.aborted || running.size >= jobsMax) return;
      if (!breaker.admits()) {
        rest();
        return;
      }
      queue.delete(waiting);
      const over: Promise<void> = waiting.job().then((how) => {
        running.delete(over);
        breaker.ended(how);
        pump();
      });
      running.add(over);
    }
  }

  /** While the gateway is left alone nobody else wakes the queue. */
  function rest(): void {
    const until = breaker.closedUntilMs();
    if (isResting || until === null) return;
    isResting = true;
    void clock.sleep(Math.max(1, until - clock.nowMs()), stopping.signal).then(() => {
      isResting = false;
      pump();
    });
  }

  return {
    add(job) {
      const waiting = { job };
      queue.add(waiting);
      pump();
      return () => void queue.delete(waiting);
    },
    waiting: () => queue.size,
    underWay: () => running.size,
    breaker: () => breaker.state(),
    async close() {
      stopping.abort();
      queue.clear();
      await Promise.all(running);
    },
  };
}
