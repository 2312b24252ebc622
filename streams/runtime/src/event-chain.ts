import type { Envelope } from '@plumbline/events';
import { bodyOf, firstPreviousHash, hashOfEvent } from '@plumbline/events';
import type { Payload } from '@plumbline/kernel';
import { derivedUuid, slotOfRecordKey } from '@plumbline/kernel';
import type { ProcessorContext } from './topology.ts';

/** The newest event of one aggregate's history; version 0n before the first. */
export interface ChainLink {
  readonly version: bigint;
  readonly hash: string;
}

export const firstLink: ChainLink = { version: 0n, hash: firstPreviousHash };

/** Who and what an event goes back to. */
export interface EventCause {
  readonly id: string;
  readonly actor: string;
  readonly correlationId: string;
  readonly traceparent: string | null;
}

/** The id of an aggregate's event: a function of its place in the aggregate's history. */
export const eventIdOf = (context: string, key: string, version: bigint): string =>
  derivedUuid(slotOfRecordKey(key), 'event', context, key, version.toString());

/**
 * Writes the next event of an aggregate, chained to the one before by version and hash
 * (docs/formats.md), and returns the new end of the chain.
 */
export function emitChained(options: {
  readonly context: ProcessorContext;
  readonly topic: string;
  readonly key: string;
  readonly subject: string;
  readonly payload: Payload;
  readonly after: ChainLink;
  readonly cause: EventCause;
}): { readonly link: ChainLink; readonly eventId: string } {
  const { context, topic, key, payload, after, cause } = options;
  const name = context.task.topology;
  const version = after.version + 1n;
  const envelope: Envelope = {
    id: eventIdOf(name, key, version),
    type: payload.type,
    source: `/plumbline/${name}`,
    subject: options.subject,
    timeMs: context.nowMs,
    correlationId: cause.correlationId,
    causationId: cause.id,
    actor: cause.actor,
    aggregateVersion: version,
    previousHash: after.hash,
    subjectKeyId: null,
    traceparent: cause.traceparent,
  };
  const value = context.encode(topic, payload);
  context.emit({ topic, key, payload, envelope, value });
  const hash = hashOfEvent({ key, envelope, body: bodyOf(value) });
  return { link: { version, hash }, eventId: envelope.id };
}
