import { limits } from '../limits.ts';
import type { Engine } from './engine.ts';

/**
 * How long the next fetch may wait for records, ms. While nothing is under way it waits long, since
 * each fetch costs the broker and us something: whatever comes ends it. It ends by itself
 *
 * - when a delayed record is due;
 * - as soon as a fetch sent after it can show that no older record comes than the task waits for, a
 *   timer's time or a record's of another input.
 *
 * A fetch is sent while what the one before it has brought is still being decided, which may set a
 * timer, and a follower may say something that does. Then it is short.
 */
export function waitMs(
  engine: Pick<Engine, 'awaitedMs' | 'isHeldOpen' | 'isIdle' | 'nextDueMs'>,
  now: {
    readonly brokerMs: number | null;
    /** What a fetch says that is sent now (`sentAtBrokerMs`). */
    readonly stampMs: number | null;
    readonly mayBeTold: boolean;
  },
): number {
  const { brokerMs, stampMs } = now;
  if (brokerMs === null || stampMs === null) return limits.busyFetchWaitMs;
  const isIdle = engine.isIdle() && !now.mayBeTold;
  let leastMs: number = isIdle ? limits.idleFetchWaitMs : limits.busyFetchWaitMs;
  const dueMs = engine.nextDueMs();
  if (dueMs !== null) leastMs = Math.min(leastMs, dueMs - brokerMs);
  const awaitedMs = engine.awaitedMs();
  if (awaitedMs !== null) {
    // To ask again and again would not end somebody's transaction sooner, and its end is news.
    const askAgainMs = engine.isHeldOpen() ? limits.busyFetchWaitMs : 0;
    leastMs = Math.min(leastMs, Math.max(askAgainMs, awaitedMs - stampMs + 1));
  }
  return Math.max(1, Math.ceil(leastMs));
}
