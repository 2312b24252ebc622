import { topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyBatch } from './apply-batch.ts';
import type { Incoming } from './decode-record.ts';
import { decodeRecord } from './decode-record.ts';
import type { Postgres } from './open-postgres.ts';
import { openPostgres } from './open-postgres.ts';
import { LostRace, projectionPositions, startPositions } from './positions.ts';
import { migrateProjection } from './migrate-projection.ts';
import type { Projection } from './projection.ts';
import { schemaOf } from './projection.ts';
import type { RunningProjection } from './run-projection.ts';
import { runProjection } from './run-projection.ts';
import { UnprojectableRecord } from './errors.ts';
import {
  createOrderTotals,
  createTestCodec,
  orderCancelled,
  orderCreated,
  orderRecord,
  ordersTopic,
  testPostgresUrl,
} from './testing/order-totals.ts';
import type { RecordPlace } from './wait-for.ts';
import { waitForPlaces, waitUntil } from './wait-for.ts';

const codec = await createTestCodec();
const deadLetters = topics.projectionsDeadLetters.name;
let postgres: Postgres;
let log: MemoryLog;
let cleanUp: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  postgres = openPostgres({ url: testPostgresUrl(), logger: silentLogger });
  log = createMemoryLog({
    topics: [
      { name: ordersTopic, partitions: 4 },
      { name: deadLetters, partitions: 4 },
    ],
  });
});

afterEach(async () => {
  for (const step of cleanUp.reverse()) await step();
  cleanUp = [];
  await log.close();
  await postgres.close();
});

function dropLater(projection: Projection): Projection {
  cleanUp.push(() => postgres.query(`drop schema if exists ${schemaOf(projection)} cascade`));
  return projection;
}

function run(projection: Projection): RunningProjection {
  const running = runProjection({
    ...{ projection, log, codec, postgres, logger: silentLogger, partitions: 4 },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
  });
  cleanUp.push(() => running.close());
  return running;
}

interface OrderRow {
  readonly routing_key: string;
  readonly status: string;
  readonly amount_minor: bigint;
  readonly events: number;
}

const rowsOf = (projection: Projection): Promise<readonly OrderRow[]> =>
  postgres.query<OrderRow>(
    `select routing_key, status, amount_minor, events from ${schemaOf(projection)}.orders
     order by routing_key`,
  );

/** Until everything that stands in the log is folded. */
async function caughtUp(projection: Projection): Promise<void> {
  const places: RecordPlace[] = [];
  for (let partition = 0; partition < 4; partition += 1) {
    const last = log
      .topicRecords(ordersTopic)
      .filter((record) => record.partition === partition)
      .at(-1);
    if (last) places.push({ topic: ordersTopic, partition, offset: last.offset });
  }
  const done = await waitUntil({
    read: () => waitForPlaces({ postgres, projection, places, timeoutMs: 500 }).catch(() => false),
    accept: (folded) => folded,
    timeoutMs: 10_000,
  });
  expect(done.accepted).toBe(true);
}

const append = (
  ...args: Parameters<typeof orderRecord> extends [unknown, ...infer R] ? R : never
) => log.appendRaw(orderRecord(codec, ...args));

test('folds every partition, and goes on where it stood after a restart', async () => {
  const projection = dropLater(createOrderTotals());
  for (let n = 1; n <= 20; n += 1) append(`o${n}`, orderCreated(`o${n}`, BigInt(n) * 10n ** 15n));
  const first = run(projection);
  await caughtUp(projection);
  await first.close();
  for (let n = 1; n <= 20; n += 1) append(`o${n}`, orderCancelled(`o${n}`));
  const second = run(projection);
  await caughtUp(projection);
  const rows = await rowsOf(projection);
  expect(rows).toHaveLength(20);
  expect(rows.every((row) => row.events === 2 && row.status === 'OrderCancelled')).toBe(true);
  expect(rows.find((row) => row.routing_key === 'main/o9')?.amount_minor).toBe(9n * 10n ** 15n);
  const { value: view } = await waitUntil({
    read: () => Promise.resolve(second.view()),
    accept: ({ ready, lagRecords }) => ready && lagRecords === 0n,
    timeoutMs: 5_000,
  });
  expect(view).toMatchObject({ ready: true, problem: null, lagRecords: 0n });
  expect(view.frontierMs).toBeGreaterThan(Date.now() - 60_000);
});

test('aborted records are not folded, and markers move the position', async () => {
  const projection = dropLater(createOrderTotals());
  const session = await log.openTransactionSession('t');
  await session.send([orderRecord(codec, 'o1', orderCreated('o1'))]);
  await session.abort();
  const committed = await log.openTransactionalProducer({ transactionalId: 't2' });
  await committed.transact([orderRecord(codec, 'o1', orderCancelled('o1'))]);
  const running = run(projection);
  await caughtUp(projection);
  expect(await rowsOf(projection)).toMatchObject([{ events: 1, status: 'OrderCancelled' }]);
  const behind = await waitUntil({
    read: () => projectionPositions(postgres, projection),
    accept: (positions) => positions.some((each) => each.nextOffset === 4n),
    timeoutMs: 5_000,
  });
  expect(behind.accepted).toBe(true);
  const view = await waitUntil({
    read: () => Promise.resolve(running.view()),
    accept: ({ lagRecords }) => lagRecords !== null,
    timeoutMs: 5_000,
  });
  expect(view.value.lagRecords).toBe(0n);
});

test('an interruption between rows and commit leaves neither rows nor position', async () => {
  let interruptions = 3;
  const whole = createOrderTotals();
  const projection = dropLater({
    ...whole,
    async apply(batch, sql) {
      await whole.apply(batch, sql);
      if (interruptions > 0) {
        interruptions -= 1;
        throw Object.assign(new Error('Connection terminated unexpectedly'), {
          code: 'ECONNRESET',
        });
      }
    },
  });
  append('o1', orderCreated('o1'));
  append('o1', orderCancelled('o1'));
  run(projection);
  await caughtUp(projection);
  expect(interruptions).toBe(0);
  expect(await rowsOf(projection)).toMatchObject([{ events: 2 }]);
  expect(log.topicRecords(deadLetters)).toEqual([]);
});

test('two runners that own the same partitions fold every record once', async () => {
  const projection = dropLater(createOrderTotals());
  // Two logs with one set of topics would be two groups; one group in two logs is what a zombie is.
  const zombie = { ...boundLog(log), join: boundLog(createJoiner()).join };
  const options = { projection, codec, postgres, logger: silentLogger, partitions: 4 };
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const owner = runProjection({ ...options, log, metrics });
  const other = runProjection({ ...options, log: zombie, metrics });
  cleanUp.push(() => owner.close());
  cleanUp.push(() => other.close());
  for (let n = 1; n <= 200; n += 1) {
    append(`o${n % 25}`, orderCancelled(`o${n % 25}`));
    if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await caughtUp(projection);
  const rows = await rowsOf(projection);
  expect(rows).toHaveLength(25);
  expect(rows.map((row) => row.events)).toEqual(Array.from({ length: 25 }, () => 8));
  expect(owner.view().tasks).toHaveLength(4);
  expect(other.view().tasks).toHaveLength(4);
});

/** Another group's membership: it owns all partitions as well. */
const createJoiner = (): MemoryLog => {
  const joiner = createMemoryLog({ topics: [{ name: ordersTopic, partitions: 4 }] });
  cleanUp.push(() => joiner.close());
  return joiner;
};

const boundLog = (of: MemoryLog) => ({
  describeTopics: of.describeTopics.bind(of),
  ends: of.ends.bind(of),
  groupOffsets: of.groupOffsets.bind(of),
  openReader: of.openReader.bind(of),
  openTransactionalProducer: of.openTransactionalProducer.bind(of),
  openEdgeProducer: of.openEdgeProducer.bind(of),
  join: of.join.bind(of),
  brokerNowMs: of.brokerNowMs.bind(of),
  close: of.close.bind(of),
});

test('the loser of a race for one step has written nothing', async () => {
  const projection = dropLater(createOrderTotals());
  await migrateProjection({ postgres, projection });
  const appended = append('o1', orderCreated('o1'));
  const { partition } = appended;
  const [position] = await startPositions({ postgres, log, projection, partition });
  const [record] = log.topicRecords(ordersTopic);
  if (!position || !record) throw new Error('the log is empty');
  const { incarnation } = position;
  const records: Incoming[] = [decodeRecord(codec, record, incarnation)];
  const step = { topic: ordersTopic, partition, incarnation, from: 0n, to: 1n, timeMs: 1 };
  const results = await Promise.allSettled(
    [1, 2].map(() =>
      applyBatch({
        ...{ postgres, projection, schema: schemaOf(projection) },
        batch: { advances: [step], records },
        bury: () => Promise.resolve(),
      }),
    ),
  );
  const [lost, ...others] = results.filter((result) => result.status === 'rejected');
  expect(others).toEqual([]);
  expect(lost?.reason).toBeInstanceOf(LostRace);
  expect(await rowsOf(projection)).toMatchObject([{ events: 1 }]);
});

test('a poison record is dead-lettered, its key is parked, the partition goes on', async () => {
  const whole = createOrderTotals();
  const projection = dropLater({
    ...whole,
    async apply(batch, sql) {
      if (batch.some(({ payload }) => JSON.stringify(payload.data, plain).includes('poison'))) {
        throw new UnprojectableRecord('POISON', 'the test says so');
      }
      await whole.apply(batch, sql);
    },
  });
  const partitions = 1;
  log.createTopic({ name: 'unused', partitions: 1 });
  for (const orderNo of ['a', 'b', 'c']) append(orderNo, orderCreated(orderNo), { partitions });
  const bad = append('b', orderCancelled('b', 'poison'), { partitions });
  for (const orderNo of ['a', 'b', 'c']) append(orderNo, orderCancelled(orderNo), { partitions });
  log.failNext('edge-reply-lost');
  const running = run(projection);
  await caughtUp(projection);
  await running.close();
  append('b', orderCancelled('b'), { partitions });
  append('c', orderCancelled('c'), { partitions });
  run(projection);
  await caughtUp(projection);

  expect((await rowsOf(projection)).map((row) => [row.routing_key, row.events])).toEqual([
    ['main/a', 2],
    ['main/b', 1],
    ['main/c', 3],
  ]);
  // The answer to the first was lost and the SQL transaction rolled back; the repeat has its id.
  const letters = log.topicRecords(deadLetters);
  expect(letters).toHaveLength(2);
  expect(new Set(letters.map(({ headers }) => String(headers['ce_id']))).size).toBe(1);
  const letter = letters[0];
  expect(codec.decode(deadLetters, letter?.value ?? null).data).toMatchObject({
    topology: `projection-${projection.name}-v1`,
    reason: 'POISON',
    originTopic: ordersTopic,
    originOffset: bad.baseOffset,
    parkedBehind: null,
  });
  const schema = schemaOf(projection);
  const parked = await postgres.query(
    `select key, "offset", parked_behind from ${schema}.parked_records order by "offset"`,
  );
  expect(parked).toEqual([
    { key: 'main/b', offset: 5n, parked_behind: 3n },
    { key: 'main/b', offset: 7n, parked_behind: 3n },
  ]);
});

const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value;

test('a record that cannot be read, and one whose value Postgres refuses, are dead letters', async () => {
  const projection = dropLater(createOrderTotals());
  const good = orderRecord(codec, 'o1', orderCreated('o1'));
  log.appendRaw({ ...good, value: Buffer.from('nothing'), key: Buffer.from('main/x1') });
  log.appendRaw({ ...good, headers: {}, key: Buffer.from('main/x2') });
  log.appendRaw({ ...good, key: null });
  append('o2', orderCancelled('o2', 'a\0b'));
  log.appendRaw(good);
  run(projection);
  await caughtUp(projection);
  const letters = log
    .topicRecords(deadLetters)
    .map(({ value }) => codec.decode(deadLetters, value).data as { reason: string });
  expect(letters.map(({ reason }) => reason).sort()).toEqual([
    'ENVELOPE_HEADER_MISSING',
    'MAGIC_BYTE',
    'NULL_KEY',
    'VALUE_REFUSED',
  ]);
  expect(await rowsOf(projection)).toMatchObject([{ routing_key: 'main/o1', events: 1 }]);
});

test('a wrong statement stops the projection instead of burying the log', async () => {
  const projection = dropLater(
    createOrderTotals({
      apply: async (_batch, sql) => {
        await sql.rowsWhere('orders', 'nothing_there', ['a']);
      },
    }),
  );
  append('o1', orderCreated('o1'));
  const running = run(projection);
  const { value } = await waitUntil({
    read: () => Promise.resolve(running.view()),
    accept: ({ tasks }) => tasks.some(({ status }) => status === 'failed'),
    timeoutMs: 5_000,
  });
  expect(value.ready).toBe(false);
  expect(value.problem).toContain('is wrong or not allowed');
  expect(log.topicRecords(deadLetters)).toEqual([]);
});

test('a topic made anew, and records deleted before they were folded, stop with instructions', async () => {
  const projection = dropLater(createOrderTotals());
  const { partition } = append('o1', orderCreated('o1'));
  const first = run(projection);
  await caughtUp(projection);
  await first.close();
  for (let n = 0; n < 3; n += 1) append('o1', orderCancelled('o1'));
  log.deleteBefore({ topic: ordersTopic, partition, offset: 3n });
  const at = { postgres, log, projection, partition };
  await expect(startPositions(at)).rejects.toThrow(
    /now holds 3 to 4.*plumbline rebuild --projection test_/s,
  );
  log.recreateTopic(ordersTopic);
  const second = run(projection);
  const { value } = await waitUntil({
    read: () => Promise.resolve(second.view()),
    accept: ({ tasks }) => tasks.length === 4 && tasks.every(({ status }) => status === 'failed'),
    timeoutMs: 5_000,
  });
  expect(value.problem).toContain('made anew');
});

test('migrations run once when many start together, and unknown ones are refused', async () => {
  const projection = dropLater(createOrderTotals());
  await Promise.all(Array.from({ length: 6 }, () => migrateProjection({ postgres, projection })));
  const older = { ...projection, migrations: [] };
  await expect(migrateProjection({ postgres, projection: older })).rejects.toThrow('newer code');
});

test('a schema dropped under a running projection is built again from the log', async () => {
  const projection = dropLater(createOrderTotals());
  append('o1', orderCreated('o1'));
  run(projection);
  await caughtUp(projection);
  await postgres.query(`drop schema ${schemaOf(projection)} cascade`);
  append('o1', orderCancelled('o1'));
  await caughtUp(projection);
  expect(await rowsOf(projection)).toMatchObject([{ events: 2, status: 'OrderCancelled' }]);
});
