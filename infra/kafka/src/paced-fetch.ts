import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { busyPace } from './limits.ts';
import type { Fetched, LogReader } from './log.ts';

export interface Pace {
  /** Least time between two fetches while records come, ms. */
  readonly paceMs: number;
  /** The most that a thread without time to spare waits instead, ms; {@link busyPace} unless given. */
  readonly busyMs?: number | undefined;
}

/**
 * A reader's `fetch` that, while records come, is sent at most every `paceMs`. A busy topic otherwise
 * answers each long poll at once with the one record that is there, and five readers of it make five
 * requests a record: the broker's and the client's time goes into requests. What is paid is latency,
 * `paceMs` at most, and nothing on a topic that was idle.
 *
 * A thread without time to spare waits longer, as long as it brings little at a time: every request and
 * every transaction has a price of its own, and what comes later comes together. Where much is brought
 * nothing is gained by waiting.
 */
export function pacedFetch(
  reader: LogReader,
  { paceMs, busyMs = busyPace.mostMs }: Pace,
  clock: Clock = systemClock,
): LogReader['fetch'] {
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let brought = 0;
  return async (options, only): Promise<readonly Fetched[]> => {
    const pauseMs =
      brought === 0
        ? 0
        : Math.max(paceMs, busyPauseMs(brought, { busy: clock.busy(), mostMs: busyMs }));
    const waitMs = sentAtMs + pauseMs - clock.nowMs();
    if (waitMs >= 1) await clock.sleep(waitMs);
    sentAtMs = clock.nowMs();
    const fetched = await reader.fetch(options, only);
    brought = fetched.reduce((sum, { records }) => sum + records.length, 0);
    return fetched;
  };
}

function busyPauseMs(
  brought: number,
  { busy, mostMs }: { readonly busy: number; readonly mostMs: number },
): number {
  const { fromShare, littleRecords } = busyPace;
  if (brought >= littleRecords || busy <= fromShare) return 0;
  return (mostMs * (Math.min(1, busy) - fromShare)) / (1 - fromShare);
}
