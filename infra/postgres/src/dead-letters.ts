import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, DeadLettered, Envelope } from '@plumbline/events';
import { decodeEnvelope, encodeEnvelope, keptValueOf, topics } from '@plumbline/events';
import type { EdgeProducer, Log, OutgoingRecord } from '@plumbline/kafka';
import { Unavailable } from '@plumbline/kafka';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import type { Poisoned } from './fold-records.ts';
import * as limits from './limits.ts';
import type { Projection } from './projection.ts';
import { groupOf } from './projection.ts';

const topic = topics.projectionsDeadLetters.name;

/** Writes dead letters at least once; the id of a repeated one is the same. */
export interface DeadLetterWriter {
  write(poisoned: readonly Poisoned[]): Promise<void>;
  close(): Promise<void>;
}

export function createDeadLetterWriter(options: {
  readonly projection: Projection;
  readonly log: Log;
  readonly codec: Codec;
}): DeadLetterWriter {
  const { projection, log, codec } = options;
  let producer: Promise<EdgeProducer> | null = null;

  async function send(poisoned: readonly Poisoned[]): Promise<void> {
    await codec.prepare([topic]);
    producer ??= log.openEdgeProducer();
    const opened = await producer;
    for (const each of poisoned) await opened.send(deadLetterOf(each, { projection, codec }));
  }

  async function reset(): Promise<void> {
    const old = producer;
    producer = null;
    await old?.then((opened) => opened.close()).catch(() => undefined);
  }

  return {
    async write(poisoned) {
      const done = new AbortController();
      // A SQL transaction is open meanwhile: rather roll it back than hold its locks.
      const late = sleep(limits.deadLetterTimeoutMs, undefined, { signal: done.signal }).then(
        () => {
          throw new Unavailable(`${topic} took none within ${limits.deadLetterTimeoutMs} ms`);
        },
      );
      try {
        await Promise.race([send(poisoned), late]);
      } catch (error) {
        await reset();
        throw error;
      } finally {
        done.abort();
        late.catch(() => undefined);
      }
    },
    close: reset,
  };
}

/** The dead letter of a record: its id is a function of the projection and the record's place. */
export function deadLetterOf(
  { incoming, reason, message }: Poisoned,
  { projection, codec }: { readonly projection: Projection; readonly codec: Codec },
): OutgoingRecord {
  const { record, incarnation } = incoming;
  const group = groupOf(projection);
  const data: DeadLettered = {
    topology: group,
    reason,
    ...keptValueOf(record.value, message),
    originTopic: record.topic,
    originPartition: record.partition,
    originOffset: record.offset,
    originIncarnation: incarnation,
    originTime: record.timestampMs,
    key: record.key,
    headers: Object.entries(record.headers).map(([name, value]) => ({ name, value })),
    attempts: 1,
    parkedBehind: null,
  };
  const key = record.key?.toString('utf8') ?? '';
  const place = [record.topic, incarnation, record.partition, record.offset].join('/');
  const id = derivedUuid(slotOfRecordKey(key), 'DeadLettered', group, place);
  const origin = envelopeOrNull(record.headers);
  const envelope: Envelope = {
    id,
    type: 'DeadLettered',
    source: `/plumbline/${group}`,
    subject: origin?.subject ?? (key === '' ? 'unknown' : key.slice(0, 200)),
    timeMs: record.timestampMs,
    correlationId: origin?.correlationId ?? id,
    causationId: origin?.id ?? null,
    actor: `system:${group}`,
    aggregateVersion: null,
    previousHash: null,
    subjectKeyId: null,
    traceparent: origin?.traceparent ?? null,
  };
  return {
    topic,
    partition: record.partition,
    key: record.key,
    value: codec.encode(topic, { type: 'DeadLettered', data }),
    headers: encodeEnvelope(envelope),
  };
}

function envelopeOrNull(headers: Readonly<Record<string, Buffer>>): Envelope | null {
  try {
    return decodeEnvelope(headers);
  } catch {
    return null;
  }
}
