import type { Codec, Envelope } from '@plumbline/events';
import { decodeEnvelope } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';

/** A record of ours, decoded, with where and when it stands in the log. */
export interface DecodedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Broker append time, epoch ms. */
  readonly timeMs: number;
  readonly key: string;
  readonly envelope: Envelope;
  readonly payload: Payload;
  readonly value: Buffer;
}

/** Errors: Undecodable, UnknownSchemaId, SchemasUnavailable. */
export async function decodeRecord(codec: Codec, record: LogRecord): Promise<DecodedRecord> {
  const schemaId = codec.needs(record.value);
  if (schemaId !== null) await codec.learn(schemaId);
  const { topic, partition, offset, timestampMs: timeMs } = record;
  return {
    ...{ topic, partition, offset, timeMs },
    key: record.key?.toString('utf8') ?? '',
    envelope: decodeEnvelope(record.headers),
    payload: codec.decode(topic, record.value),
    value: record.value ?? Buffer.alloc(0),
  };
}
