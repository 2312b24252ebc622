import type { Log, LogRecord } from '@plumbline/kafka';

/** Everything that a committed reader is given of a topic, from its beginning to its present end. */
export async function readTopic(
  log: Log,
  topic: string,
  partitions: number,
): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const at = { topic, partition };
    const { logStartOffset, lastStableOffset } = await log.ends(at);
    const from = [{ ...at, offset: logStartOffset }];
    const reader = await log.openReader({ from, isolation: 'read_committed' });
    try {
      while (reader.position(at) < lastStableOffset) {
        for (const fetched of await reader.fetch({ maxWaitMs: 500 })) {
          records.push(...fetched.records.filter(({ offset }) => offset < lastStableOffset));
        }
      }
    } finally {
      await reader.close();
    }
  }
  return records;
}

/** Resolves the schemas of records, so that they can be decoded. */
export async function learnAll(
  codec: { needs(value: Buffer | null): number | null; learn(id: number): Promise<void> },
  records: readonly LogRecord[],
): Promise<void> {
  for (const { value } of records) {
    const id = codec.needs(value);
    if (id !== null) await codec.learn(id);
  }
}
