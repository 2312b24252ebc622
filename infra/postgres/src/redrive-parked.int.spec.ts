import { setTimeout as sleep } from 'node:timers/promises';
import type { DeadLettered, OrdersEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { applyBatch } from './apply-batch.ts';
import { decodeRecord } from './decode-record.ts';
import { ProjectionMissing } from './errors.ts';
import { migrateProjection } from './migrate-projection.ts';
import type { Postgres } from './open-postgres.ts';
import { openPostgres } from './open-postgres.ts';
import { waitingKeysOf } from './parked.ts';
import { projectionPositions, startPositions } from './positions.ts';
import type { Projection } from './projection.ts';
import { schemaOf } from './projection.ts';
import type { Redriven } from './redrive-parked.ts';
import { redriveParked } from './redrive-parked.ts';
import { runProjection } from './run-projection.ts';
import {
  createOrderTotals,
  createTestCodec,
  orderCancelled,
  orderRecord,
  ordersTopic,
  testPostgresUrl,
} from './testing/order-totals.ts';

const codec = await createTestCodec();
const deadLetters = topics.projectionsDeadLetters.name;
const key = 'main/o1';
const at = { topic: ordersTopic, partition: partitionOfRecordKey(key, 4) };
let postgres: Postgres;
let log: MemoryLog;
let cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  postgres = openPostgres({ url: testPostgresUrl(), logger: silentLogger });
  log = createMemoryLog({
    topics: [ordersTopic, deadLetters].map((name) => ({ name, partitions: 4 })),
  });
});

afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
  await log.close();
  await postgres.close();
});

interface Row {
  readonly routing_key: string;
  readonly events: number;
}

/**
 * Counts a key's records and takes them in their order only: each says in its reason which one it
 * is. What is in `refused` cannot be applied, until it is mended.
 */
function inOrder(refused: Set<string>, hold?: (reason: string) => Promise<void>): Projection {
  const projection = createOrderTotals({
    async apply(batch, sql) {
      for (const { key: of, payload } of batch) {
        const event = payload as OrdersEvent;
        const reason = event.type === 'OrderCancelled' ? event.data.reason : '';
        await hold?.(reason);
        if (refused.has(reason)) throw new Error(`cannot apply ${reason}`);
        const [row] = await sql.rowsWhere<Row>('orders', 'routing_key', [of]);
        const events = (row?.events ?? 0) + 1;
        if (String(events) !== reason) throw new Error(`${reason} comes as number ${events}`);
        await sql.upsert('orders', [{ routing_key: of, events }]);
      }
    },
  });
  cleanUp.push(() => postgres.query(`drop schema if exists ${schemaOf(projection)} cascade`));
  return projection;
}

/** The nth records of the order, as the log has them. */
const append = (...reasons: readonly (number | string)[]): void => {
  for (const reason of reasons) {
    log.appendRaw(orderRecord(codec, 'o1', orderCancelled('o1', String(reason))));
  }
};

/** Folds what the log holds beyond the position, as the live task does. */
async function fold(projection: Projection, bury = (): Promise<void> => Promise.resolve()) {
  await migrateProjection({ postgres, projection });
  const [position] = await startPositions({ postgres, log, projection, partition: at.partition });
  if (position === undefined) throw new Error('there is one input');
  const { incarnation, nextOffset } = position;
  const records = log
    .topicRecords(ordersTopic)
    .filter(({ partition, offset }) => partition === at.partition && offset >= nextOffset);
  const to = (records.at(-1)?.offset ?? nextOffset - 1n) + 1n;
  return applyBatch({
    ...{ postgres, projection, schema: schemaOf(projection), bury },
    batch: {
      advances: [{ ...at, incarnation, from: nextOffset, to, timeMs: 1 }],
      records: records.map((record) => decodeRecord(codec, record, incarnation)),
    },
  });
}

const redrive = (projection: Projection, mode: 'REDRIVE' | 'SKIP_FIRST' | 'DISCARD' = 'REDRIVE') =>
  redriveParked({ postgres, projection, log, codec, topic: ordersTopic, key, mode });

const waiting = async (projection: Projection) => {
  const keys = await waitingKeysOf({ postgres, projection, key });
  return keys.map(({ offset, reason, records }) => ({ offset, reason, records }));
};

const eventsOf = async (projection: Projection): Promise<number> => {
  const rows = await postgres.query<Row>(`select * from ${schemaOf(projection)}.orders`);
  return rows.find(({ routing_key: of }) => of === key)?.events ?? 0;
};

const accepted = (of: Partial<Redriven>): Redriven => ({
  ...{ status: 'ACCEPTED', redriven: 0, dropped: 0, remaining: 0, stoppedAt: null },
  ...{ stoppedBy: null, ...of },
});

const letters = () =>
  log
    .topicRecords(deadLetters)
    .map(({ value }) => codec.decode(deadLetters, value).data as DeadLettered);

describe('a redrive', () => {
  it('applies what waits in its order, frees the key and moves no position', async () => {
    const refused = new Set(['2']);
    const projection = inOrder(refused);
    append(1, 2, 3, 4);
    await fold(projection);
    expect(await waiting(projection)).toEqual([
      { offset: 1n, reason: 'PROJECTION_FAILED', records: 3 },
    ]);
    refused.clear();
    const before = await projectionPositions(postgres, projection);
    expect(await redrive(projection)).toEqual(accepted({ redriven: 3 }));
    expect(await projectionPositions(postgres, projection)).toEqual(before);
    expect(await waiting(projection)).toEqual([]);
    append(5);
    expect(await fold(projection)).toEqual({ applied: 1, poisoned: 0, parked: 0 });
    expect(await eventsOf(projection)).toBe(5);
    expect(await redrive(projection)).toMatchObject({ status: 'UNCHANGED', redriven: 0 });
  });

  it('stops at the next one that fails, with a dead letter of its own', async () => {
    const refused = new Set(['2', '4']);
    const projection = inOrder(refused);
    append(1, 2, 3, 4, 5, 6);
    await fold(projection);
    // Nothing was mended: the same one stops it, and is a dead letter already.
    const stopped = { stoppedAt: 1n, stoppedBy: 'PROJECTION_FAILED' };
    expect(await redrive(projection)).toEqual(accepted({ remaining: 5, ...stopped }));
    expect(letters()).toEqual([]);
    refused.delete('2');
    const second = { redriven: 2, remaining: 3, stoppedAt: 3n, stoppedBy: 'PROJECTION_FAILED' };
    expect(await redrive(projection)).toEqual(accepted(second));
    expect(letters()).toMatchObject([{ originOffset: 3n, message: 'cannot apply 4' }]);
    expect(await waiting(projection)).toEqual([
      { offset: 3n, reason: 'PROJECTION_FAILED', records: 3 },
    ]);
    append(7);
    expect(await fold(projection)).toMatchObject({ parked: 1 });
    refused.clear();
    expect(await redrive(projection)).toEqual(accepted({ redriven: 4 }));
    expect(await eventsOf(projection)).toBe(7);
  });

  it('skips the first on demand, or drops them all', async () => {
    const projection = inOrder(new Set(['poison']));
    append(1, 'poison', 2, 3);
    await fold(projection);
    expect(await redrive(projection, 'SKIP_FIRST')).toEqual(accepted({ redriven: 2, dropped: 1 }));
    expect(await eventsOf(projection)).toBe(3);
    append('poison', 'never', 'never');
    await fold(projection);
    expect(await redrive(projection, 'DISCARD')).toEqual(accepted({ dropped: 3 }));
    append(4);
    await fold(projection);
    expect(await eventsOf(projection)).toBe(4);
    append('poison');
    await fold(projection);
    expect(await redrive(projection, 'SKIP_FIRST')).toEqual(accepted({ dropped: 1 }));
    expect(await waiting(projection)).toEqual([]);
  });

  it('takes a long queue in several steps, and nothing overtakes what is left', async () => {
    const refused = new Set(['1']);
    const projection = inOrder(refused);
    append(...Array.from({ length: 1_200 }, (_, index) => index + 1));
    await fold(projection);
    refused.clear();
    expect(await redrive(projection)).toEqual(accepted({ redriven: 1_000, remaining: 200 }));
    expect(await waiting(projection)).toEqual([
      { offset: 1_000n, reason: 'REDRIVE_UNFINISHED', records: 200 },
    ]);
    append(1_201);
    expect(await fold(projection)).toMatchObject({ parked: 1 });
    expect(await redrive(projection)).toEqual(accepted({ redriven: 201 }));
    expect(await eventsOf(projection)).toBe(1_201);
  });

  it('says so where no process has made the tables yet', async () => {
    const projection = inOrder(new Set());
    await expect(redrive(projection)).rejects.toThrow(/has no tables in this database: start/);
    await expect(waiting(projection)).rejects.toThrow(ProjectionMissing);
  });

  it('refuses what the log does not hold any more, and another log', async () => {
    const refused = new Set(['2']);
    const projection = inOrder(refused);
    append(1, 2, 3, 4);
    await fold(projection);
    refused.clear();
    log.deleteBefore({ ...at, offset: 2n });
    await expect(redrive(projection)).rejects.toThrow('holds offset 1 no more');
    expect(await redrive(projection, 'SKIP_FIRST')).toMatchObject({ stoppedAt: 2n });
    log.recreateTopic(ordersTopic);
    await expect(redrive(projection)).rejects.toThrow('made anew or imported');
    expect(await redrive(projection, 'DISCARD')).toEqual(accepted({ dropped: 2 }));
  });
});

/** Resolves at `open`; a way to hold a transaction where it is. */
function gate() {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  let reached = false;
  return {
    wait: () => {
      reached = true;
      return promise;
    },
    reached: () => vi.waitFor(() => expect(reached).toBe(true), 5_000),
    open: () => resolve(),
  };
}

const isSettled = (work: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    work.then(
      () => true,
      () => true,
    ),
    sleep(300, false),
  ]);

describe('beside the live task', () => {
  it('a redrive waits for the batch that parks one more record, and takes it too', async () => {
    const refused = new Set(['1', 'other']);
    const projection = inOrder(refused);
    append(1, 2);
    await fold(projection);
    refused.delete('1');
    append(3);
    const other = orderRecord(codec, 'o1', orderCancelled('o1', 'other'));
    log.appendRaw({ ...other, key: Buffer.from('main/other') });
    const held = gate();
    const batch = fold(projection, held.wait);
    await held.reached();
    const redriven = redrive(projection);
    expect(await isSettled(redriven)).toBe(false);
    held.open();
    expect(await batch).toEqual({ applied: 0, poisoned: 1, parked: 1 });
    expect(await redriven).toEqual(accepted({ redriven: 3 }));
    expect(await eventsOf(projection)).toBe(3);
    expect(await waiting(projection)).toEqual([]);
  });

  it('a batch waits for the redrive, and finds the key free', async () => {
    const refused = new Set(['1']);
    const held = gate();
    const projection = inOrder(refused, (reason) =>
      reason === '2' ? held.wait() : Promise.resolve(),
    );
    append(1, 2);
    await fold(projection);
    refused.clear();
    append(3);
    const redriven = redrive(projection);
    await held.reached();
    const batch = fold(projection);
    expect(await isSettled(batch)).toBe(false);
    held.open();
    expect(await redriven).toEqual(accepted({ redriven: 2 }));
    expect(await batch).toEqual({ applied: 1, poisoned: 0, parked: 0 });
    expect(await eventsOf(projection)).toBe(3);
  });

  it('many redrives at once, records coming all the while, apply each once and in order', async () => {
    const refused = new Set(['1']);
    const projection = inOrder(refused);
    const running = runProjection({
      ...{ projection, log, codec, postgres, logger: silentLogger, partitions: 4 },
      metrics: createMetrics({ service: 'test', processMetrics: false }),
    });
    cleanUp.push(() => running.close());
    append(1);
    await vi.waitFor(async () => expect(await waiting(projection)).toHaveLength(1), 10_000);
    const total = 150;
    const writing = (async () => {
      for (let n = 2; n <= total; n += 1) {
        append(n);
        if (n === 50) refused.clear();
        await sleep(2);
      }
    })();
    const results: Redriven[] = [];
    const redriving = Array.from({ length: 3 }, async () => {
      for (let n = 0; n < 40; n += 1) {
        results.push(await redrive(projection));
        await sleep(3);
      }
    });
    await Promise.all([writing, ...redriving]);
    await redrive(projection);
    await vi.waitFor(async () => expect(await eventsOf(projection)).toBe(total), 10_000);
    expect(await waiting(projection)).toEqual([]);
    expect(results.some(({ redriven }) => redriven > 0)).toBe(true);
    // Out of order or twice would have failed in the projection, with a dead letter that says so.
    expect(letters().filter(({ message }) => message.includes('comes as'))).toEqual([]);
  });
});
