import type { LogRecord, ReadOnlyLog } from '@plumbline/kafka';
import { fetchWaitMs } from '../limits.ts';
import type { Position } from './scan.ts';

/** The committed record at a place; null when there is none. @throws UnknownTopic */
export async function recordAt(log: ReadOnlyLog, at: Position): Promise<LogRecord | null> {
  const { topic, partition, offset } = at;
  const [described] = await log.describeTopics([topic]);
  if (partition >= (described?.partitions ?? 0)) return null;
  const { logStartOffset, lastStableOffset } = await log.ends({ topic, partition });
  if (offset < logStartOffset || offset >= lastStableOffset) return null;
  const reader = await log.openReader({ from: [at], isolation: 'read_committed' });
  try {
    while (reader.position(at) <= offset) {
      for (const { records } of await reader.fetch({ maxWaitMs: fetchWaitMs })) {
        const found = records.find((record) => record.offset === offset);
        if (found !== undefined) return found;
      }
    }
    return null;
  } finally {
    await reader.close();
  }
}
