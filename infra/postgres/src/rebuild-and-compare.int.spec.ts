import { topics } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Postgres } from './open-postgres.ts';
import { openPostgres } from './open-postgres.ts';
import { projectionPositions } from './positions.ts';
import type { Projection } from './projection.ts';
import { schemaOf } from './projection.ts';
import type { RebuildProgress } from './rebuild/fold-goals.ts';
import { rebuildAndCompare } from './rebuild-and-compare.ts';
import { runProjection } from './run-projection.ts';
import {
  createOrderTotals,
  createTestCodec,
  orderCancelled,
  orderCreated,
  orderRecord,
  ordersTopic,
  testPostgresUrl,
} from './testing/order-totals.ts';
import { waitUntil } from './wait-for.ts';

const codec = await createTestCodec();
let postgres: Postgres;
let log: MemoryLog;
let projection: Projection;

beforeEach(() => {
  postgres = openPostgres({ url: testPostgresUrl(), logger: silentLogger });
  projection = createOrderTotals();
  const names = [ordersTopic, topics.projectionsDeadLetters.name];
  log = createMemoryLog({ topics: names.map((name) => ({ name, partitions: 4 })) });
  for (let n = 1; n <= 60; n += 1) {
    log.appendRaw(orderRecord(codec, `o${n}`, orderCreated(`o${n}`)));
    log.appendRaw(orderRecord(codec, `o${n}`, orderCancelled(`o${n}`, n % 20 === 0 ? '\0' : 'ok')));
  }
});

afterEach(async () => {
  await postgres.query(`drop schema if exists ${schemaOf(projection)} cascade`);
  await log.close();
  await postgres.close();
});

/** Folds all that is there, and stops. */
async function foldAll(): Promise<void> {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const options = { projection, log, codec, postgres, logger: silentLogger, partitions: 4 };
  const running = runProjection({ ...options, metrics });
  const { accepted } = await waitUntil({
    read: () => Promise.resolve(running.view()),
    accept: ({ ready, lagRecords }) => ready && lagRecords === 0n,
    timeoutMs: 10_000,
  });
  expect(accepted).toBe(true);
  await running.close();
}

const compare = (changes: Partial<Parameters<typeof rebuildAndCompare>[0]> = {}) =>
  rebuildAndCompare({ projection, log, codec, postgres, ...changes });

const leftBehind = (): Promise<readonly { readonly nspname: string }[]> =>
  postgres.query(`select nspname from pg_namespace where starts_with(nspname, ?)`, [
    `${schemaOf(projection)}_check_`,
  ]);

test('what was folded live is what a rebuild from the log gives, poison and all', async () => {
  await foldAll();
  const seen: RebuildProgress[] = [];
  // Later records are not part of the comparison: it ends exactly where the live one stands.
  log.appendRaw(orderRecord(codec, 'o1', orderCancelled('o1')));
  const before = log.topicRecords(topics.projectionsDeadLetters.name).length;
  const result = await compare({ onProgress: (progress) => seen.push(progress) });
  expect(result.equal).toBe(true);
  expect(result.records).toBe(120);
  expect(result.tables.map((table) => [table.table, table.equal, table.rebuiltRows])).toEqual([
    ['orders', true, 60n],
    ['parked_keys', true, 3n],
    ['parked_records', true, 0n],
  ]);
  expect(seen.at(-1)).toMatchObject({ offsetsDone: 120n, offsetsTotal: 120n, remainingMs: 0 });
  expect(log.topicRecords(topics.projectionsDeadLetters.name)).toHaveLength(before);
  expect(await leftBehind()).toEqual([]);
});

test('a planted difference is found and shown: changed, missing and invented rows', async () => {
  await foldAll();
  const orders = `${schemaOf(projection)}.orders`;
  await postgres.query(
    `update ${orders} set amount_minor = amount_minor + 1 where routing_key = ?`,
    ['main/o7'],
  );
  await postgres.query(`delete from ${orders} where routing_key = ?`, ['main/o8']);
  await postgres.query(`insert into ${orders} (routing_key) values (?)`, ['main/never']);
  const result = await compare();
  expect(result.equal).toBe(false);
  const table = result.tables.find((each) => each.table === 'orders');
  const differences = [...(table?.differences ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  expect(differences.map(({ key }) => key)).toEqual([
    '["main/never"]',
    '["main/o7"]',
    '["main/o8"]',
  ]);
  expect(differences[0]).toMatchObject({ rebuilt: null });
  expect(differences[1]?.live).toContain('"amount_minor": 9991');
  expect(differences[1]?.rebuilt).toContain('"amount_minor": 9990');
  expect(differences[2]).toMatchObject({ live: null });
});

test('many differences are shown in part', async () => {
  await foldAll();
  await postgres.query(`update ${schemaOf(projection)}.orders set events = 7`);
  const table = (await compare()).tables[0];
  expect(table?.differences).toHaveLength(20);
  expect(table?.moreDifferences).toBe(true);
});

test('an abort drops what was built, and so does the next run after a kill', async () => {
  await foldAll();
  const aborting = new AbortController();
  const aborted = compare({
    signal: aborting.signal,
    onProgress: () => aborting.abort(new Error('enough')),
  });
  await expect(aborted).rejects.toThrow('enough');
  expect(await leftBehind()).toEqual([]);
  await postgres.query(`create schema ${schemaOf(projection)}_check_dead`);
  expect(await compare()).toMatchObject({ equal: true, records: 120 });
  expect(await leftBehind()).toEqual([]);
});

test('it is refused when the log no longer holds what it takes', async () => {
  await expect(compare()).rejects.toThrow('has never run');
  await foldAll();
  const [first] = await projectionPositions(postgres, projection);
  if (!first) throw new Error('no position');
  log.deleteBefore({ topic: ordersTopic, partition: first.partition, offset: 2n });
  await expect(compare()).rejects.toThrow(/began at offset 0 .* now begins at 2: retention/);
  log.recreateTopic(ordersTopic);
  await expect(compare()).rejects.toThrow('nothing to compare with');
  expect(await leftBehind()).toEqual([]);
});
