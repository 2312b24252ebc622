import { randomUUID } from 'node:crypto';
import type { Codec } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';

/** Records at once: what the edge producer's queue takes without complaint. */
const chunk = 5_000;
/** Measured in seconds on two cores of its own; others may need them as well. */
const decidedWithinMs = 400_000;

/** Makes that many orders by commands, past the edge, and waits until they are decided. */
export async function fillOrders(options: {
  readonly log: Log;
  readonly codec: Codec;
  readonly partitions: number;
  readonly keys: number;
}): Promise<void> {
  const { log, codec, partitions, keys } = options;
  const topic = topics.ordersCommands.name;
  await codec.prepare([topic]);
  const edge = await log.openEdgeProducer();
  const send = (index: number) => {
    const orderNo = `FILL${index}`;
    const key = `main/${orderNo}`;
    const id = randomUUID();
    const data = {
      ...{ orderNo, tenant: 'main', idempotencyKey: null },
      items: [{ sku: 'BOOK-1', quantity: 2, unitAmountMinor: 4_995n }],
      ...{ amountMinor: 9_990n, currency: 'CNY', fingerprint: 'fill' },
      payBy: Date.now() + dayMs,
    };
    return edge.send({
      ...{ topic, partition: partitionOfRecordKey(key, partitions), key: Buffer.from(key) },
      value: codec.encode(topic, { type: 'CreateOrder', data }),
      headers: encodeEnvelope({
        ...{ id, type: 'CreateOrder', source: '/test', subject: orderNo, timeMs: Date.now() },
        ...{ correlationId: id, causationId: null, actor: 'operator:test' },
        ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
      }),
    });
  };
  for (let from = 0; from < keys; from += chunk) {
    const size = Math.min(chunk, keys - from);
    await Promise.all(Array.from({ length: size }, (_, i) => send(from + i)));
  }
  await edge.close();
  await untilDecided(log, partitions, keys);
}

/** Each command has one outcome: as many are decided as a committed reader is given outcomes. */
async function untilDecided(log: Log, partitions: number, commands: number): Promise<void> {
  const { name: topic } = topics.ordersOutcomes;
  const from = Array.from({ length: partitions }, (_, partition) => ({
    ...{ topic, partition, offset: 0n },
  }));
  const reader = await log.openReader({ from, isolation: 'read_committed' });
  const deadline = performance.now() + decidedWithinMs;
  try {
    for (let decided = 0; decided < commands;) {
      for (const { records } of await reader.fetch({ maxWaitMs: 500 })) decided += records.length;
      if (performance.now() > deadline) throw new Error(`${decided} of ${commands} are decided`);
    }
  } finally {
    await reader.close();
  }
}

const dayMs = 24 * 3_600_000;
