import type { ChangeNoted, Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';

const { name: topic } = topics.changesEvents;

/** A codec that knows the feed. */
export async function createFeedCodec(): Promise<Codec> {
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare([topic]);
  return codec;
}

let made = 0;

/** A note as the changes task writes it. */
export function notedChange(
  codec: Codec,
  partition: number,
  change: Partial<ChangeNoted> = {},
): OutgoingRecord {
  made += 1;
  const data: ChangeNoted = {
    ...{ tenant: 'main', orderNo: 'O-1', buyer: 'u1', kind: 'ORDER', eventType: 'OrderCreated' },
    ...{ eventId: `event-${made}`, sourceTopic: topics.ordersEvents.name },
    ...{ sourcePartition: partition, sourceOffset: BigInt(made), again: false, notedAt: 1 },
    ...change,
  };
  return {
    ...{ topic, partition, key: Buffer.from(`${data.tenant}/${data.orderNo}`) },
    value: codec.encode(topic, { type: 'ChangeNoted', data }),
    headers: encodeEnvelope({
      ...{ id: `change-${made}`, type: 'ChangeNoted', source: '/plumbline/changes', timeMs: 1 },
      ...{ subject: data.orderNo, correlationId: 'c', causationId: data.eventId },
      ...{ actor: 'system:changes', aggregateVersion: null, previousHash: null },
      ...{ subjectKeyId: null, traceparent: null },
    }),
  };
}
