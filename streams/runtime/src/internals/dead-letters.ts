import type { Codec, Envelope } from '@plumbline/events';
import { encodeEnvelope, keptValueOf } from '@plumbline/events';
import type { LogRecord, OutgoingRecord } from '@plumbline/kafka';
import { derivedUuid, digest, slotOfRecordKey } from '@plumbline/kernel';
import type { TaskInfo, Topology } from '../topology.ts';

/** Why a record went to the dead letters. */
export interface DeadLetterCause {
  /** UPPER_SNAKE_CASE. */
  readonly reason: string;
  readonly message: string;
  /** Offset of the dead letter that this record waits behind; null for one that failed itself. */
  readonly parkedBehind: bigint | null;
}

/** The record at hand, with what of it could be read. */
export interface Failed {
  readonly record: LogRecord;
  readonly incarnation: string;
  readonly timeMs: number;
  readonly envelope: Envelope | null;
}

/** Messages are for people; one that quotes a whole payload helps nobody. */
const messageCharsMax = 500;

export interface DeadLetterWriter {
  letter(failed: Failed, cause: DeadLetterCause): OutgoingRecord;
  /** The outcome of a command that went to the dead letters; null if it has no readable id. */
  outcome(failed: Failed, cause: DeadLetterCause, outcomes: string): OutgoingRecord | null;
}

export function createDeadLetterWriter(options: {
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly codec: Codec;
}): DeadLetterWriter {
  const { topology, task, codec } = options;
  const source = `/plumbline/${topology.name}`;

  function envelopeOf(failed: Failed, type: string): Envelope {
    const { record, incarnation, envelope } = failed;
    const key = record.key?.toString('utf8') ?? '';
    const origin = `${record.topic}/${incarnation}/${record.partition}/${record.offset}`;
    const id = derivedUuid(slotOfRecordKey(key), type, topology.name, origin);
    return {
      id,
      type,
      source,
      subject: envelope?.subject ?? (key || 'unknown'),
      timeMs: failed.timeMs,
      correlationId: envelope?.correlationId ?? id,
      causationId: envelope?.id ?? null,
      actor: `system:${topology.name}`,
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent: envelope?.traceparent ?? null,
    };
  }

  return {
    letter(failed, cause) {
      const { record } = failed;
      const value = codec.encode(topology.deadLetters, {
        type: 'DeadLettered',
        data: {
          topology: topology.name,
          reason: cause.reason,
          ...keptValueOf(record.value, cause.message.slice(0, messageCharsMax)),
          originTopic: record.topic,
          originPartition: record.partition,
          originOffset: record.offset,
          originIncarnation: failed.incarnation,
          originTime: record.timestampMs,
          key: record.key,
          headers: Object.entries(record.headers).map(([name, bytes]) => ({ name, value: bytes })),
          attempts: 1,
          parkedBehind: cause.parkedBehind,
        },
      });
      return {
        topic: topology.deadLetters,
        partition: task.partition,
        key: record.key,
        value,
        headers: encodeEnvelope(envelopeOf(failed, 'DeadLettered')),
      };
    },
    outcome(failed, cause, outcomes) {
      const { record, envelope } = failed;
      if (envelope === null) return null;
      const value = codec.encode(outcomes, {
        type: 'CommandOutcome',
        data: {
          commandId: envelope.id,
          commandType: envelope.type,
          fingerprint: digest(envelope.type, record.value ?? '').toString('hex'),
          status: 'DEAD_LETTERED',
          code: cause.reason,
          message: cause.message.slice(0, messageCharsMax),
          details: null,
          events: [],
          aggregateVersion: 0n,
          answer: null,
          commandPartition: record.partition,
          commandOffset: record.offset,
          commandIncarnation: failed.incarnation,
        },
      });
      return {
        topic: outcomes,
        partition: task.partition,
        key: record.key,
        value,
        headers: encodeEnvelope(envelopeOf(failed, 'CommandOutcome')),
      };
    },
  };
}
