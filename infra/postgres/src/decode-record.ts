import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import { decodeEnvelopeOf, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import * as limits from './limits.ts';
import type { ProjectedRecord } from './projection.ts';

/** Why a record cannot be folded. */
export interface Fault {
  /** UPPER_SNAKE_CASE. */
  readonly reason: string;
  readonly message: string;
}

/** A record as it stands in the log, and what could be made of it. */
export interface Incoming {
  readonly record: LogRecord;
  readonly incarnation: string;
  readonly decoded: ProjectedRecord | null;
  readonly fault: Fault | null;
}

/** Never throws for what is wrong with the record itself. Its schema must have been learnt. */
export function decodeRecord(
  codec: Pick<Codec, 'decode'>,
  record: LogRecord,
  incarnation: string,
): Incoming {
  const { topic, partition, offset } = record;
  try {
    if (record.key === null) return failed(record, incarnation, 'NULL_KEY', 'it has no key');
    const envelope = decodeEnvelopeOf(record);
    const payload = codec.decode(topic, record.value);
    if (payload.type !== envelope.type) {
      const message = `ce_type is ${envelope.type}, the value a ${payload.type}`;
      return failed(record, incarnation, 'TYPE_MISMATCH', message);
    }
    const decoded: ProjectedRecord = {
      ...{ topic, partition, offset, incarnation, envelope, payload },
      timeMs: record.timestampMs,
      key: record.key.toString('utf8'),
    };
    return { record, incarnation, decoded, fault: null };
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return failed(record, incarnation, error.reason, error.message);
  }
}

const failed = (
  record: LogRecord,
  incarnation: string,
  reason: string,
  message: string,
): Incoming => ({ record, incarnation, decoded: null, fault: { reason, message } });

/**
 * Learns the schemas of all records, waiting for the registry as long as it takes. One that does not
 * exist is left out: decoding says so.
 */
export async function learnSchemas(options: {
  readonly codec: Pick<Codec, 'learn' | 'needs'>;
  readonly records: readonly LogRecord[];
  readonly logger: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { codec, logger, signal } = options;
  const ids = new Set(options.records.flatMap(({ value }) => codec.needs(value) ?? []));
  for (const schemaId of ids) {
    for (let tried = 0; ; tried += 1) {
      signal.throwIfAborted();
      try {
        await codec.learn(schemaId);
        break;
      } catch (error) {
        if (error instanceof UnknownSchemaId) break;
        if (tried === 0) logger.warn('a schema cannot be fetched; waiting', { schemaId, error });
        await sleep(Math.min(limits.retryMs.first * 2 ** tried, limits.retryMs.max), undefined, {
          signal,
        });
      }
    }
  }
}
