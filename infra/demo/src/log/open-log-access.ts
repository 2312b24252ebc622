import type { Codec } from '@plumbline/events';
import { createCodec } from '@plumbline/events';
import type { Log, LogRecord, TopicPartition } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import { createRegistrySchemaIds } from '@plumbline/registry';

/** The log and its schemas, to read what the platform said and to set the rules. */
export interface LogAccess {
  readonly log: Log;
  readonly codec: Codec;
  close(): Promise<void>;
}

export async function openLogAccess(addresses: {
  readonly kafka: string;
  readonly registryUrl: string;
}): Promise<LogAccess> {
  const log = await createKafkaLog({
    brokers: addresses.kafka.split(','),
    clientId: 'plumbline-demo',
  });
  const schemaIds = createRegistrySchemaIds({ url: addresses.registryUrl });
  return {
    log,
    codec: createCodec(schemaIds),
    close: async () => {
      await schemaIds.close();
      await log.close();
    },
  };
}

export type Place = TopicPartition & { readonly offset: bigint };

/** Where each partition of the topics ends now, as committed readers see it. */
export async function endsOf(log: Log, topics: readonly string[]): Promise<readonly Place[]> {
  const described = await log.describeTopics(topics);
  return Promise.all(
    described.flatMap(({ topic, partitions }) =>
      Array.from({ length: partitions }, async (_, partition) => {
        const { lastStableOffset } = await log.ends({ topic, partition });
        return { topic, partition, offset: lastStableOffset };
      }),
    ),
  );
}

/** Every committed record from the given places up to where the topics end now. */
export async function readFrom(log: Log, places: readonly Place[]): Promise<readonly LogRecord[]> {
  const topics = [...new Set(places.map(({ topic }) => topic))];
  const ends = await endsOf(log, topics);
  const reader = await log.openReader({ from: places, isolation: 'read_committed' });
  const records: LogRecord[] = [];
  try {
    for (;;) {
      const behind = ends.filter((end) => reader.position(end) < end.offset);
      if (behind.length === 0) return records;
      for (const fetched of await reader.fetch({ maxWaitMs: 100 }, behind))
        records.push(...fetched.records);
    }
  } finally {
    await reader.close();
  }
}
