import type { Decision, Payload } from '@plumbline/kernel';
import { derivedUuid, parseRoutingKey, slotOfRecordKey } from '@plumbline/kernel';
import type { ProcessorContext } from './topology.ts';

/** A command and where it goes. */
export interface RoutedCommand {
  readonly topic: string;
  readonly key: string;
  /** `ce_subject`: what it is about. */
  readonly subject: string;
  readonly payload: Payload;
  /** Its framed Avro bytes, when they are at hand: they are then not encoded again. */
  readonly value?: Buffer;
  /**
   * Its id, where whoever asks has to know the answer again. It carries the slot of `key`. Derived
   * from what the command follows from unless given.
   */
  readonly id?: string;
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
    ...(to.value === undefined ? {} : { value: to.value }),
    envelope: {
      id: to.id ?? derivedUuid(slotOfRecordKey(to.key), 'command', name, ...from),
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

/** What an answer to an order's aggregate says beside what it is about. */
interface AnswerData {
  readonly orderNo: string;
  /** Whether it was done, now or before. */
  readonly accepted: boolean;
  /** Why not; `null` when it was done. */
  readonly code: string | null;
}

/**
 * The answer to the aggregate of an order that asked under another key, `replyTo`. Where nobody waits,
 * and where what is named is no routing key, there is none, and the decision stands.
 */
export function answerTo<Data extends AnswerData>(of: {
  readonly replyTo: string | null;
  readonly topic: string;
  readonly type: string;
  readonly decision: Decision<unknown>;
  readonly about: Omit<Data, keyof AnswerData>;
}): readonly RoutedCommand[] {
  const { replyTo, topic, type, decision, about } = of;
  const place = replyTo === null ? null : parseRoutingKey(replyTo);
  if (replyTo === null || place === null) return [];
  const { orderNo } = place;
  const code = decision.kind === 'rejected' ? decision.rejection.code : null;
  const data = { ...about, orderNo, accepted: code === null, code };
  return [{ topic, key: replyTo, subject: orderNo, payload: { type, data } }];
}
