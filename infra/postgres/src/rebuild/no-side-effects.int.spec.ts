import { topics } from '@plumbline/events';
import type { OrdersEvent } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProjectedRecord, Projection } from '../projection.ts';
import type { ProjectionSql } from '../projection-sql.ts';
import { createTestCodec, orderCreated, orderRecord } from '../testing/order-totals.ts';
import type { RebuildWorld } from '../testing/rebuild-world.ts';
import { openRebuildWorld } from '../testing/rebuild-world.ts';
import type { ReadOnlyCodec, ReadOnlyLog } from './read-only-log.ts';
import { readOnlyCodec, readOnlyLog } from './read-only-log.ts';
import type { RebuildContext } from './rebuild-partition.ts';

const codec = await createTestCodec();
let world: RebuildWorld;

beforeEach(() => {
  world = openRebuildWorld(codec);
});

afterEach(() => world.close());

/** True by type alone: the code does not compile when the name is there. */
type Lacks<T, Name extends string> = Name extends keyof T ? false : true;
type Takes<T, Given> = Given extends T ? true : false;
type Apply<More extends unknown[]> = (
  batch: readonly ProjectedRecord[],
  sql: ProjectionSql,
  ...more: More
) => Promise<void>;

test('what writes to the log has no name in a rebuild, and nothing behind it', () => {
  const lacks: {
    readonly producer: Lacks<ReadOnlyLog, 'openEdgeProducer'>;
    readonly transactions: Lacks<ReadOnlyLog, 'openTransactionalProducer'>;
    readonly groups: Lacks<ReadOnlyLog, 'join'>;
    readonly values: Lacks<ReadOnlyCodec, 'encode'>;
    readonly statements: Lacks<ProjectionSql, 'query'>;
    readonly inContext: Lacks<RebuildContext['log'], 'openEdgeProducer'>;
  } = {
    ...{ producer: true, transactions: true, groups: true, values: true, statements: true },
    inContext: true,
  };
  expect(Object.values(lacks)).not.toContain(false);
  expect(Object.keys(readOnlyLog(world.log)).sort()).toEqual([
    ...['describeTopics', 'ends', 'openReader'],
  ]);
  expect(Object.keys(readOnlyCodec(codec)).sort()).toEqual(['decode', 'learn', 'needs']);
});

test('a projection that asks for more than rows does not compile', () => {
  const asks: {
    readonly nothing: Takes<Projection['apply'], Apply<[]>>;
    readonly log: Takes<Projection['apply'], Apply<[log: Log]>>;
    readonly anything: Takes<Projection['apply'], Apply<[anything: object]>>;
  } = { nothing: true, log: false, anything: false };
  expect(asks).toEqual({ nothing: true, log: false, anything: false });
});

test('one that tries finds four functions and nothing that leads out of its tables', async () => {
  await world.foldAll();
  const handles: unknown[] = [];
  const tried: string[] = [];
  const trying: Projection = {
    ...world.projection,
    async apply(...given: unknown[]) {
      handles.push(given);
      const [batch, sql] = given as [readonly ProjectedRecord[], Record<string, unknown>];
      for (const name of ['query', 'knex', 'transaction', 'log', 'codec', 'openEdgeProducer']) {
        if (sql[name] !== undefined) tried.push(name);
      }
      for (const table of ['positions', 'parked_keys', 'pg_class', 'orders; drop table orders']) {
        await (sql as unknown as ProjectionSql)
          .upsert(table, [{ topic: 'x' }])
          .then(() => tried.push(table))
          .catch(() => undefined);
      }
      await world.projection.apply(batch, sql as unknown as ProjectionSql);
    },
  };
  const before = recordsOf(world.log);
  await world.rebuild({ projection: trying });
  expect(handles.length).toBeGreaterThan(0);
  for (const given of handles as unknown[][]) {
    expect(given).toHaveLength(2);
    expect(Object.keys(given[1] as object).sort()).toEqual([
      ...['deleteWhere', 'insertMissing', 'rowsWhere', 'upsert'],
    ]);
  }
  expect(tried).toEqual([]);
  expect(recordsOf(world.log)).toBe(before);
  await world.expectEqual();
});

test('poison writes dead letters live, and none in a rebuild', async () => {
  await world.foldAll();
  const letters = () => world.log.topicRecords(topics.projectionsDeadLetters.name).length;
  const before = letters();
  expect(before).toBeGreaterThan(0);
  await world.rebuild();
  expect(letters()).toBe(before);
  const event: OrdersEvent = orderCreated('o99');
  world.log.appendRaw(orderRecord(codec, 'o99', event));
  await world.foldAll();
  expect(letters()).toBe(before);
});

const recordsOf = (log: RebuildWorld['log']): number =>
  log.topicRecords(topics.ordersEvents.name).length +
  log.topicRecords(topics.projectionsDeadLetters.name).length;
