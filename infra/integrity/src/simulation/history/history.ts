import type { Codec, CommandOutcome, DeadLettered, Envelope } from '@plumbline/events';
import type { Ends, LogRecord } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Topology } from '@plumbline/runtime';
import type { SilenceNumbers } from '../oracles/channel-model.ts';
import type { PlannedEndpoint } from '../plan/endpoints.ts';
import type { BookedPayment } from '../stage/sim-gateway.ts';
import type { BookedDelivery, Contact } from '../stage/sim-merchants.ts';
import type { BookedMoney } from '../stage/sim-payers.ts';

/** A committed record, and what of it can be read. */
export interface Entry {
  readonly record: LogRecord;
  readonly envelope: Envelope | null;
  readonly payload: Payload | null;
  /** How it was spoilt, if it was planted to be so. */
  readonly planted: string | null;
}

/** An entry that could be read. */
export interface ReadEntry extends Entry {
  readonly envelope: Envelope;
  readonly payload: Payload;
}

/** What a client did with one command, and what it came to know. */
export interface SentCommand {
  readonly id: string;
  readonly topic: string;
  readonly type: string;
  /** Writes that the broker acknowledged, by place `partition/offset`. */
  readonly acknowledged: readonly string[];
  /** The outcome that the client read, if it came while it waited. */
  readonly answer: CommandOutcome | null;
}

/** A record as a committed reader saw it while everything ran. */
export interface Sighting {
  readonly reader: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** SHA-256 over key and value, hex. */
  readonly hash: string;
}

/** A record that a processor took to its end, and when: takes are counted over the whole run. */
export interface Taken {
  readonly topology: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly first: number;
  /** The same as the first, unless it was undone and taken again. */
  readonly last: number;
}

/** Somebody who has not caught up although the faults are over. */
export interface Behind {
  readonly who: string;
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** The last local copy of a task, beside the changelog that it is a copy of. */
export interface LocalCopy {
  readonly process: string;
  readonly topology: string;
  readonly partition: number;
  /** Up to where in the changelog it says that it stands. */
  readonly offset: bigint;
  readonly values: ReadonlyMap<string, Buffer>;
}

/** Everything that is left of a run, for the checkers. */
export interface History {
  /** The gateway's own, by reference: the truth about money. */
  readonly books: ReadonlyMap<string, BookedPayment>;
  /** What really came in on personal accounts, by the number that the pay way gave it. */
  readonly money: ReadonlyMap<string, BookedMoney>;
  /** What came to merchants, in order: the truth about what they were told. */
  readonly deliveries: readonly BookedDelivery[];
  /** What became of requests, as their senders saw it, in order. */
  readonly contacts: readonly Contact[];
  readonly endpoints: readonly PlannedEndpoint[];
  readonly partitions: number;
  /** The topology values of production, without a mutant's changes. */
  readonly topologies: readonly Topology[];
  readonly codec: Codec;
  /** Virtual epoch ms: when the faults stopped, and when it ended. */
  readonly healedMs: number;
  readonly endedMs: number;
  /** No fault was injected at all. */
  readonly calm: boolean;
  /** For a while nobody sent on what was due in delay topics. */
  readonly isRelayAway: boolean;
  /** By what a channel is silent, and how long a minute is for that. */
  readonly silence: SilenceNumbers;
  /** Committed data records of a topic, by partition, then offset. */
  committed(topic: string): readonly Entry[];
  /** Every data record, of aborted transactions too, as places `partition/offset`. */
  written(topic: string): ReadonlySet<string>;
  ends(topic: string, partition: number): Ends;
  readonly sent: readonly SentCommand[];
  readonly sightings: readonly Sighting[];
  /** Topics that each committed reader followed to their ends. */
  readonly watched: readonly string[];
  readonly taken: readonly Taken[];
  readonly behind: readonly Behind[];
  readonly localCopies: readonly LocalCopy[];
  readonly readModels: readonly MemoryReadModel[];
  /** Runs a production topology from zero over the committed log; its outputs by topic. */
  replay(
    topology: Topology,
    partition: number,
  ): Promise<ReadonlyMap<string, readonly ReplayedRecord[]>>;
  /** Read models folded anew from the committed log, in batches of the size given. */
  rebuild(model: MemoryReadModel, batchSize: number): Promise<MemoryReadModel>;
}

export interface ReplayedRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | string>>;
}

export const placeOf = ({ partition, offset }: { partition: number; offset: bigint }): string =>
  `${partition}/${offset}`;

export const keyOf = ({ record }: Entry): string => record.key?.toString('utf8') ?? '';

export const isReadable = (entry: Entry): entry is ReadEntry =>
  entry.envelope !== null && entry.payload !== null;

/** The readable entries that the system itself wrote. */
export const ownEntries = (history: History, topic: string): readonly ReadEntry[] =>
  history.committed(topic).filter((entry): entry is ReadEntry => {
    return entry.planted === null && isReadable(entry);
  });

export const outcomesIn = (history: History, topic: string): readonly CommandOutcome[] =>
  history
    .committed(topic)
    .filter(isReadable)
    .map(({ payload }) => payload.data as CommandOutcome);

export interface Buried {
  readonly entry: ReadEntry;
  readonly letter: DeadLettered;
}

export const deadLettersIn = (history: History, topic: string): readonly Buried[] =>
  history
    .committed(topic)
    .filter(isReadable)
    .map((entry) => ({ entry, letter: entry.payload.data as DeadLettered }));
