import type { Codec } from '@plumbline/events';
import { UnknownSchemaId } from '@plumbline/events';
import type { Log, LogRecord } from '@plumbline/kafka';
import { postgresFoldStore } from './apply-batch.ts';
import { createDeadLetterWriter } from './dead-letters.ts';
import type { Incoming } from './decode-record.ts';
import { decodeRecord } from './decode-record.ts';
import { RedriveRefused } from './errors.ts';
import type { Poisoned } from './fold-records.ts';
import { foldRecords, storable } from './fold-records.ts';
import * as limits from './limits.ts';
import type { Postgres, SqlTransaction } from './open-postgres.ts';
import type { WaitingKey } from './parked.ts';
import { findWaiting, freeKey, offsetsBehind, useTables, waitBehind } from './parked.ts';
import { readPositions, refuseOtherLog } from './positions.ts';
import type { Projection } from './projection.ts';
import { ownTables, schemaOf } from './projection.ts';
import { readRecordsAt } from './read-records-at.ts';

export interface RedriveOptions {
  readonly postgres: Postgres;
  readonly projection: Projection;
  readonly log: Log;
  readonly codec: Codec;
  /** The input whose records wait. */
  readonly topic: string;
  readonly key: string;
  /** REDRIVE applies all that wait, SKIP_FIRST all but the first, DISCARD none. */
  readonly mode: 'REDRIVE' | 'SKIP_FIRST' | 'DISCARD';
}

/** What the outcome of a `RedriveParkedKey` says of a topology's key. */
export interface Redriven {
  /** UNCHANGED: nothing of this key waits. */
  readonly status: 'ACCEPTED' | 'UNCHANGED';
  readonly redriven: number;
  readonly dropped: number;
  /** What still waits. Unless it stopped, the same call again takes more of it. */
  readonly remaining: number;
  /** The record that cannot be applied: the rest waits behind it. */
  readonly stoppedAt: bigint | null;
  readonly stoppedBy: string | null;
}

/** Why a key waits when one transaction took as many records as it may. */
const unfinished = {
  reason: 'REDRIVE_UNFINISHED',
  message: 'nothing is known to be wrong with it: it waits to be redriven',
};

/**
 * Lets a parked key of a projection go on: its records are read from the log once more and applied
 * in order, and the key is free, in one SQL transaction. Positions do not move: the task has long
 * gone past these records. One that fails is the one that the rest waits behind from then on.
 *
 * The position rows of the partition are locked meanwhile. A task's batch begins by moving them: so
 * it comes either before, and what it parked is seen here, or after, and finds the key free.
 *
 * Errors: {@link RedriveRefused} when the log does not hold a record any more; ProjectionStopped when
 * the positions belong to another log; ProjectionMissing; SchemasUnavailable, Unavailable, PostgresDown.
 */
export async function redriveParked(options: RedriveOptions): Promise<Redriven> {
  const deadLetters = createDeadLetterWriter(options);
  const bury = (poisoned: readonly Poisoned[]) => deadLetters.write(poisoned);
  const key = storable(Buffer.from(options.key, 'utf8'));
  let known: ReadonlyMap<bigint, Incoming> = new Map();
  try {
    for (;;) {
      const step = await options.postgres.transaction((sql) =>
        redriveOnce(sql, { ...options, key, known, bury }),
      );
      if (step.kind === 'done') return step.redriven;
      known = new Map([...known, ...(await readIncoming(options, step))]);
    }
  } finally {
    await deadLetters.close();
  }
}

/** Records that have to be read first: nothing is read from the log while locks are held. */
interface Missing {
  readonly kind: 'missing';
  readonly partition: number;
  readonly offsets: readonly bigint[];
}

type Step = Missing | { readonly kind: 'done'; readonly redriven: Redriven };

interface StepOptions extends RedriveOptions {
  readonly known: ReadonlyMap<bigint, Incoming>;
  bury(poisoned: readonly Poisoned[]): Promise<void>;
}

const nothing = { redriven: 0, dropped: 0, remaining: 0, stoppedAt: null, stoppedBy: null };
const unchanged: Step = { kind: 'done', redriven: { status: 'UNCHANGED', ...nothing } };

async function redriveOnce(sql: SqlTransaction, options: StepOptions): Promise<Step> {
  const { projection, topic, key, mode, known } = options;
  await useTables(sql, schemaOf(projection));
  const seen = await findWaiting(sql, { topic, key });
  if (seen === null) return unchanged;
  await lockPartition(sql, seen.partition);
  // Only what is read behind the lock holds until the commit.
  const first = await findWaiting(sql, { topic, key });
  if (first === null) return unchanged;
  const dropped = mode === 'REDRIVE' ? 0 : mode === 'SKIP_FIRST' ? 1 : first.records;
  const limit = limits.redrivenRecordsMax;
  const offsets = [first.offset, ...(await offsetsBehind(sql, { topic, key, limit }))];
  const taken = offsets.slice(dropped, limit);
  const missing = taken.filter((offset) => !known.has(offset));
  if (missing.length > 0) {
    return { kind: 'missing', partition: first.partition, offsets: missing };
  }
  const records = taken.flatMap((offset) => known.get(offset) ?? []);
  return { kind: 'done', redriven: await letGo(sql, options, { first, dropped, records }) };
}

/** In the order in which a task's batch locks them, so that the two cannot lock each other out. */
const lockPartition = (sql: SqlTransaction, partition: number): Promise<unknown> =>
  sql.query(
    `select topic from ${ownTables.positions} where partition = ?
     order by topic collate "C" for update`,
    [partition],
  );

async function letGo(
  sql: SqlTransaction,
  options: StepOptions,
  parked: {
    readonly first: WaitingKey;
    readonly dropped: number;
    readonly records: readonly Incoming[];
  },
): Promise<Redriven> {
  const { projection, topic, key, mode } = options;
  const { first, dropped, records } = parked;
  if (mode === 'DISCARD') {
    await freeKey(sql, { topic, key });
    return { status: 'ACCEPTED', ...nothing, dropped };
  }
  await freeKey(sql, { topic, key, upTo: records.at(-1)?.record.offset ?? first.offset });
  const store = postgresFoldStore(projection, sql);
  // As a batch of its own: what fails is parked, and what comes after it waits behind it.
  const { applied, poisoned } = await foldRecords({ projection, store, records });
  const remaining = first.records - dropped - applied;
  const done = { status: 'ACCEPTED', redriven: applied, dropped, remaining } as const;
  const [stopped] = poisoned;
  if (stopped !== undefined) {
    const { offset } = stopped.incoming.record;
    await waitBehind(sql, { topic, key, offset });
    const isKnown = offset === first.offset && stopped.reason === first.reason;
    if (!isKnown) await options.bury([stopped]);
    return { ...done, stoppedAt: offset, stoppedBy: stopped.reason };
  }
  const [next] = await offsetsBehind(sql, { topic, key, limit: 1 });
  if (next !== undefined) {
    const { partition } = first;
    await freeKey(sql, { topic, key, upTo: next });
    await store.parkKey({ topic, key, partition, offset: next, ...unfinished });
    await waitBehind(sql, { topic, key, offset: next });
  }
  return { ...done, stoppedAt: null, stoppedBy: null };
}

async function readIncoming(
  { postgres, projection, log, codec, topic }: RedriveOptions,
  { partition, offsets }: Missing,
): Promise<ReadonlyMap<bigint, Incoming>> {
  const schema = schemaOf(projection);
  const [described] = await log.describeTopics([topic]);
  const incarnation = described?.incarnation ?? '';
  const positions = await readPositions(postgres, schema);
  const position = positions.find((each) => each.topic === topic && each.partition === partition);
  if (position === undefined) {
    throw new RedriveRefused(`${schema} has no position in ${topic}-${partition}`);
  }
  refuseOtherLog(schema, position, incarnation);
  const records = await readRecordsAt({ log, topic, partition, offsets });
  const gone = offsets.find((offset) => !records.has(offset));
  if (gone !== undefined) {
    throw new RedriveRefused(
      `${topic}-${partition} holds offset ${gone.toString()} no more: it can only be dropped`,
    );
  }
  await learn(codec, [...records.values()]);
  return new Map(
    [...records].map(([offset, record]) => [offset, decodeRecord(codec, record, incarnation)]),
  );
}

/** A schema that does not exist is left out: decoding says so. */
async function learn(codec: Codec, records: readonly LogRecord[]): Promise<void> {
  for (const id of new Set(records.flatMap(({ value }) => codec.needs(value) ?? []))) {
    try {
      await codec.learn(id);
    } catch (error) {
      if (!(error instanceof UnknownSchemaId)) throw error;
    }
  }
}
