import { bodyOf } from '@plumbline/events';
import type { CommandOutcome } from '@plumbline/events';
import { derivedUuid, digest, slotOfRecordKey } from '@plumbline/kernel';
import type { InputRecord, ProcessorContext } from './topology.ts';

/** An outcome but for the place of its command, which a repeat has another of. */
export type DecidedOutcome = Omit<
  CommandOutcome,
  'commandPartition' | 'commandOffset' | 'commandIncarnation'
>;

/** SHA-256 over a command's type and Avro body: the same question, the same fingerprint. */
export const fingerprintOf = (input: InputRecord): string =>
  digest(input.envelope.type, bodyOf(input.value)).toString('hex');

/** Writes the one outcome of the command at hand, in the transaction of its effects. */
export function emitOutcome(options: {
  readonly topic: string;
  readonly input: InputRecord;
  readonly outcome: DecidedOutcome;
  readonly context: ProcessorContext;
}): void {
  const { topic, input, outcome, context } = options;
  const { envelope } = input;
  const name = context.task.topology;
  const place = `${input.incarnation}/${input.partition}/${input.offset}`;
  const data: CommandOutcome = {
    ...outcome,
    commandPartition: input.partition,
    commandOffset: input.offset,
    commandIncarnation: input.incarnation,
  };
  context.emit({
    topic,
    key: input.key,
    payload: { type: 'CommandOutcome', data },
    envelope: {
      id: derivedUuid(slotOfRecordKey(input.key), 'outcome', name, place),
      type: 'CommandOutcome',
      source: `/plumbline/${name}`,
      subject: envelope.subject,
      timeMs: context.nowMs,
      correlationId: envelope.correlationId,
      causationId: envelope.id,
      actor: `system:${name}`,
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent: envelope.traceparent,
    },
  });
}
