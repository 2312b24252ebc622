import type { Payload } from '@plumbline/kernel';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import type { ProcessorContext } from './topology.ts';

/** A command and where it goes. */
export interface RoutedCommand {
  readonly topic: string;
  readonly key: string;
  /** `ce_subject`: what it is about. */
  readonly subject: string;
  readonly payload: Payload;
}

/** What a command follows from. */
export interface CommandCause {
  /** Id of an event, of a command, or of a decision by time. */
  readonly id: string;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

/**
 * Writes a command to another aggregate. Its id is a function of `from`, which names what it follows
 * from and which of several it is, so that the same step says the same thing with the same id.
 */
export function emitCommand(options: {
  readonly context: ProcessorContext;
  readonly to: RoutedCommand;
  readonly from: readonly string[];
  readonly cause: CommandCause;
}): void {
  const { context, to, from, cause } = options;
  const name = context.task.topology;
  context.emit({
    topic: to.topic,
    key: to.key,
    payload: to.payload,
    envelope: {
      id: derivedUuid(slotOfRecordKey(to.key), 'command', name, ...from),
      type: to.payload.type,
      source: `/plumbline/${name}`,
      subject: to.subject,
      timeMs: context.nowMs,
      correlationId: cause.correlationId,
      causationId: cause.id,
      actor: `system:${name}`,
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent: cause.traceparent,
    },
  });
}
