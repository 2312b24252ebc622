import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import { decodeEnvelopeOf } from '@plumbline/events';
import type { LogRecord, ReadOnlyLog, TopicPartition } from '@plumbline/kafka';
import { fetchWaitMs } from '../limits.ts';
import type { Position } from '../read/scan.ts';
import { scan } from '../read/scan.ts';
import type { Finding } from './finding.ts';
import type { Fold, FoldedEvent } from './fold.ts';
import { corrupt, unreadable } from './unreadable.ts';

export interface ReadPartitionOptions {
  readonly log: ReadOnlyLog;
  readonly codec: Codec;
  readonly at: TopicPartition;
  readonly signal: AbortSignal;
  readonly folds: readonly Fold[];
  /** Whether something is known to be committed that was not read yet. */
  isAwaited(): boolean;
  /** How long that is waited for. */
  readonly catchUpMs: number;
  tell(finding: Finding): void;
  onProgress?(at: TopicPartition, events: number): void;
}

/** Between two words of progress: some milliseconds of work. */
const progressEvents = 4_096;

/**
 * Gives the events of one partition to the folds, to its end and a little on where its task has
 * committed more than shows yet. One that cannot be read is told and left out; behind a batch whose
 * checksum is wrong nothing can be read. Returns how far it came.
 */
export async function readPartition(options: ReadPartitionOptions): Promise<Position> {
  const { log, signal, at } = options;
  const until = performance.now() + options.catchUpMs;
  const { logStartOffset } = await log.ends(at);
  const take = takeOf(options, logStartOffset > 0n);
  if (logStartOffset > 0n) {
    const what = `begins at offset ${logStartOffset}: what stood before it is deleted`;
    options.tell({
      kind: 'BEGINNING_DELETED',
      at: null,
      about: `${at.topic}-${at.partition}`,
      what,
    });
  }
  let next = logStartOffset;
  const takeNext = (record: LogRecord): void | Promise<void> => {
    next = record.offset + 1n;
    return take(record);
  };
  for (;;) {
    const before = next;
    try {
      await scan({ log, signal, of: [{ ...at, offset: before }], take: takeNext });
    } catch (error) {
      options.tell({ ...corrupt(at.topic, error), at: { ...at, offset: next } });
      return { ...at, offset: next };
    }
    const isOver = !options.isAwaited() || performance.now() > until;
    if (isOver) return { ...at, offset: next };
    if (next === before) await sleep(fetchWaitMs, undefined, { signal });
  }
}

/** Waits only where a schema has to be learnt first. */
function takeOf(
  options: ReadPartitionOptions,
  beginsLate: boolean,
): (record: LogRecord) => void | Promise<void> {
  const { codec, at } = options;
  const asTheyAre = options.folds.filter(({ decodes }) => !decodes);
  const decoding = options.folds.filter(({ decodes }) => decodes);
  let events = 0;

  /** What cannot be read is told. */
  function readable(record: LogRecord, read: () => void): void {
    try {
      read();
    } catch (error) {
      options.tell(unreadable(record, error));
    }
  }

  function decode(record: LogRecord, event: FoldedEvent): void {
    readable(record, () => {
      const payload = codec.decode(record.topic, record.value);
      for (const fold of decoding) fold.take({ ...event, payload });
    });
  }

  return (record) => {
    events += 1;
    if (events % progressEvents === 0) options.onProgress?.(at, events);
    let learning: Promise<void> | undefined;
    readable(record, () => {
      const event = eventOf(record, beginsLate);
      for (const fold of asTheyAre) fold.take(event);
      if (decoding.length === 0) return;
      const schemaId = codec.needs(record.value);
      if (schemaId === null) decode(record, event);
      else
        learning = codec.learn(schemaId).then(
          () => decode(record, event),
          (error: unknown) => options.tell(unreadable(record, error)),
        );
    });
    return learning;
  };
}

/** @throws Undecodable */
function eventOf(record: LogRecord, beginsLate: boolean): FoldedEvent {
  const { topic, partition, offset, value } = record;
  return {
    ...{ place: { topic, partition, offset }, beginsLate, payload: null },
    key: record.key?.toString('utf8') ?? '',
    envelope: decodeEnvelopeOf(record),
    value: value ?? noBytes,
  };
}

const noBytes = Buffer.alloc(0);
