// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** What became of a command. Each command has exactly one. */
export interface CommandOutcome {
  /** Id of the command. */
  readonly commandId: string;
  /** Type of the command. */
  readonly commandType: string;
  /** SHA-256 over the type and the Avro body of the command, 64 hex. */
  readonly fingerprint: string;
  /** What became of it. */
  readonly status: OutcomeStatus;
  /** Why it was refused; null if it was not. */
  readonly code: null | string;
  /** The same in words for people; null if it was not refused. */
  readonly message: null | string;
  /** More about the refusal, JSON; null if there is none. */
  readonly details: null | string;
  /** The events it led to, in order; empty unless accepted. */
  readonly events: readonly OutcomeEvent[];
  /** Version of the aggregate afterwards; 0 if there is none. */
  readonly aggregateVersion: bigint;
  /** What the answer to the request shows, JSON; null for a refusal. */
  readonly answer: null | string;
  /** Partition in which the command stands. */
  readonly commandPartition: number;
  /** Offset at which the command stands. */
  readonly commandOffset: bigint;
  /** Identity of the topic that the offset belongs to. */
  readonly commandIncarnation: string;
}

/** One header of a dead record. */
export interface DeadLetterHeader {
  /** Name of the header. */
  readonly name: string;
  /** Its bytes. */
  readonly value: Buffer;
}

/** A record that could not be processed, as it stood in the log. */
export interface DeadLettered {
  /** The topology that gave up on it. */
  readonly topology: string;
  /** Why, UPPER_SNAKE_CASE. */
  readonly reason: string;
  /** The same in words for people. */
  readonly message: string;
  /** Topic in which it stands. */
  readonly originTopic: string;
  /** Partition in which it stands. */
  readonly originPartition: number;
  /** Offset at which it stands. */
  readonly originOffset: bigint;
  /** Identity of the topic that the offset belongs to. */
  readonly originIncarnation: string;
  /** Broker time at which it was appended. Epoch ms. */
  readonly originTime: number;
  /** Its key; null if it had none. */
  readonly key: null | Buffer;
  /** Its value; null if it had none. */
  readonly value: null | Buffer;
  /** Its headers. */
  readonly headers: readonly DeadLetterHeader[];
  /** How often it was tried, from 1. */
  readonly attempts: number;
  /** Offset of the dead letter behind which it waits; null if it is itself the one at fault. */
  readonly parkedBehind: null | bigint;
}

/** One event that a command led to. */
export interface OutcomeEvent {
  /** Id of the event. */
  readonly eventId: string;
  /** Type of the event. */
  readonly type: string;
  /** Version of the aggregate that the event made. */
  readonly aggregateVersion: bigint;
}

/** What became of a command. */
export type OutcomeStatus = 'ACCEPTED' | 'UNCHANGED' | 'REJECTED' | 'DEAD_LETTERED' | 'UNKNOWN';

/** What becomes of the records that wait behind a dead letter. UNKNOWN is refused. */
export type RedriveMode = 'REDRIVE' | 'SKIP_FIRST' | 'DISCARD' | 'UNKNOWN';

/** Let the record key of this command go on, which waits behind a dead letter. */
export interface RedriveParkedKey {
  /** The topology in which it waits. */
  readonly topology: string;
  /** The input topic whose records wait. */
  readonly originTopic: string;
  /** REDRIVE takes all of them in order, SKIP_FIRST all but the first, DISCARD none. */
  readonly mode: RedriveMode;
  /** Why, in words for people. */
  readonly reason: string;
}

export type RuntimeCommand =
  | { readonly type: 'RedriveParkedKey'; readonly data: RedriveParkedKey };

/** Full record names of {@link RuntimeCommand}. */
export const runtimeCommandNames = [
  'plumbline.runtime.RedriveParkedKey',
] as const;

export type RuntimeRecord =
  | { readonly type: 'CommandOutcome'; readonly data: CommandOutcome }
  | { readonly type: 'DeadLettered'; readonly data: DeadLettered };

/** Full record names of {@link RuntimeRecord}. */
export const runtimeRecordNames = [
  'plumbline.runtime.CommandOutcome',
  'plumbline.runtime.DeadLettered',
] as const;
