import type { Codec } from '@plumbline/events';
import { Kafka, logLevel } from 'kafkajs';
import { partitions } from '../limits.ts';

export interface Done {
  readonly records: number;
  /** Where that is not the whole call. */
  readonly tookMs?: number;
}

/** With kafkajs's own consumer, as it is documented; every value is decoded. */
export async function readAndDecode(of: {
  readonly broker: string;
  readonly codec: Codec;
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
}): Promise<Done> {
  const { broker, codec, signal } = of;
  const kafka = new Kafka({ clientId: 'bench', brokers: [broker], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  // Markers of transactions stand at the end, which kafkajs passes without a record.
  const open = new Map<string, bigint>();
  for (const topic of of.topics)
    for (const { partition, high } of await admin.fetchTopicOffsets(topic))
      open.set(`${topic}-${partition}`, BigInt(high));
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `bench-read-${Date.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [...of.topics], fromBeginning: true });
  let [records, sinceMs] = [0, performance.now()];
  const done = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('interrupted')), { once: true });
    void consumer.run({
      partitionsConsumedConcurrently: partitions,
      eachBatch: async ({ batch }) => {
        // It takes seconds to join a group, which is not what is measured.
        if (records === 0) sinceMs = performance.now();
        for (const { value } of batch.messages) {
          const schemaId = codec.needs(value);
          if (schemaId !== null) await codec.learn(schemaId);
          codec.decode(batch.topic, value);
          records += 1;
        }
        const name = `${batch.topic}-${batch.partition}`;
        if (BigInt(batch.lastOffset()) + 2n >= (open.get(name) ?? 0n)) open.delete(name);
        if (open.size === 0) resolve();
      },
    });
  });
  await done;
  const tookMs = performance.now() - sinceMs;
  await consumer.disconnect();
  return { records, tookMs };
}
