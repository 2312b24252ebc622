import type { Log } from '@plumbline/kafka';
import { partitions } from '../limits.ts';

/** What a restore has to read. */
export interface ChangelogSize {
  readonly records: number;
  /** Keys and values, without Kafka's framing. */
  readonly bytes: number;
}

/** Reads whole topics once, as a restore does. */
export async function changelogSize(log: Log, topics: readonly string[]): Promise<ChangelogSize> {
  let [records, bytes] = [0, 0];
  for (const topic of topics) {
    for (let partition = 0; partition < partitions; partition += 1) {
      const of = { topic, partition };
      const { logStartOffset, lastStableOffset } = await log.ends(of);
      const from = [{ ...of, offset: logStartOffset }];
      const reader = await log.openReader({ from, isolation: 'read_committed' });
      try {
        while (reader.position(of) < lastStableOffset) {
          for (const fetched of await reader.fetch({ maxWaitMs: 500 })) {
            records += fetched.records.length;
            for (const { key, value } of fetched.records)
              bytes += (key?.length ?? 0) + (value?.length ?? 0);
          }
        }
      } finally {
        await reader.close();
      }
    }
  }
  return { records, bytes };
}
