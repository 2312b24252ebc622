import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { Fetched, LogReader } from './log.ts';

/**
 * A reader's `fetch` that, while records come, is sent at most every `paceMs`. A busy topic otherwise
 * answers each long poll at once with the one record that is there, and five readers of it make five
 * requests a record: the broker's and the client's time goes into requests. What is paid is latency,
 * `paceMs` at most, and nothing on a topic that was idle.
 */
export function pacedFetch(
  reader: LogReader,
  paceMs: number,
  clock: Clock = systemClock,
): LogReader['fetch'] {
  let sentAtMs = Number.NEGATIVE_INFINITY;
  let brought = false;
  return async (options, only): Promise<readonly Fetched[]> => {
    const waitMs = brought ? sentAtMs + paceMs - clock.nowMs() : 0;
    if (waitMs >= 1) await clock.sleep(waitMs);
    sentAtMs = clock.nowMs();
    const fetched = await reader.fetch(options, only);
    brought = fetched.some(({ records }) => records.length > 0);
    return fetched;
  };
}
