import {
  catalogue,
  createCodec,
  createMemorySchemaIds,
  ordersEventNames,
  topics,
} from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Postgres } from './open-postgres.ts';
import { openPostgres } from './open-postgres.ts';
import type { Projection } from './projection.ts';
import { schemaOf } from './projection.ts';
import { rebuildAndCompare } from './rebuild-and-compare.ts';
import type { RunningProjection } from './run-projection.ts';
import { runProjection } from './run-projection.ts';
import {
  createOrderTotals,
  orderCancelled,
  orderCreated,
  orderRecord,
  ordersTopic,
  testPostgresUrl,
} from './testing/order-totals.ts';
import type { TestTopic } from './testing/test-topic.ts';
import { createTestTopic } from './testing/test-topic.ts';
import { waitUntil } from './wait-for.ts';

const partitions = 4;
const orders = 40;
let topic: TestTopic;
let log: Log;
let postgres: Postgres;
let projection: Projection;

beforeAll(async () => {
  topic = await createTestTopic(partitions);
  log = await createKafkaLog({ brokers: topic.brokers, clientId: 'test' });
  postgres = openPostgres({ url: testPostgresUrl(), logger: silentLogger });
  projection = createOrderTotals({ inputs: [topic.name] });
});

afterAll(async () => {
  await postgres.query(`drop schema if exists ${schemaOf(projection)} cascade`);
  await postgres.close();
  await log.close();
  await topic.drop();
});

/** Reads and writes the test's topic as if it were the orders'. */
async function codecFor(name: string) {
  const own = { name, records: ordersEventNames };
  const codec = createCodec(createMemorySchemaIds(), {
    catalogue: { ...catalogue, topics: [...catalogue.topics, own] },
  });
  await codec.prepare([ordersTopic, topics.projectionsDeadLetters.name, name]);
  return codec;
}

test('processes share the partitions of a real log, take over from one another, and fold each record once', async () => {
  const codec = await codecFor(topic.name);
  const record = (n: number, event: 'created' | 'cancelled') => ({
    ...orderRecord(
      codec,
      `o${n}`,
      event === 'created' ? orderCreated(`o${n}`) : orderCancelled(`o${n}`),
    ),
    topic: topic.name,
  });
  const batch = (event: 'created' | 'cancelled') =>
    Array.from({ length: orders }, (_, n) => record(n, event));
  const producer = await log.openTransactionalProducer({ transactionalId: `t-${topic.name}` });
  const run = (): RunningProjection =>
    runProjection({
      ...{ projection, log, codec, postgres, logger: silentLogger, partitions },
      metrics: createMetrics({ service: 'test', processMetrics: false }),
    });
  const total = async (): Promise<number> => {
    const [row] = await postgres.query<{ events: bigint | null }>(
      `select sum(events) as events from ${schemaOf(projection)}.orders`,
    );
    return Number(row?.events ?? 0);
  };
  const reaches = async (wanted: number): Promise<void> => {
    const { value } = await waitUntil({
      read: () => total().catch(() => 0),
      accept: (events) => events >= wanted,
      timeoutMs: 20_000,
    });
    expect(value).toBe(wanted);
  };
  const shared = (...running: RunningProjection[]) =>
    waitUntil({
      read: () => Promise.resolve(running.map((each) => each.view())),
      accept: (views) => views.every((view) => view.ready && view.tasks.length > 0),
      timeoutMs: 25_000,
    });

  await producer.transact(batch('created'));
  const first = run();
  await reaches(orders);
  const second = run();
  const { value: views } = await shared(first, second);
  expect(views.flatMap((view) => view.tasks.map((task) => task.partition)).sort()).toEqual([
    0, 1, 2, 3,
  ]);
  await producer.transact(batch('cancelled'));
  await reaches(2 * orders);
  await first.close();
  await producer.transact(batch('cancelled'));
  await reaches(3 * orders);
  const { value: rest } = await waitUntil({
    read: () => Promise.resolve(second.view()),
    accept: (view) => view.tasks.length === 4 && view.lagRecords === 0n,
    timeoutMs: 10_000,
  });
  expect(rest).toMatchObject({ ready: true, lagRecords: 0n });
  await second.close();
  await producer.close();
  const compared = await rebuildAndCompare({ projection, log, codec, postgres });
  expect(compared).toMatchObject({ equal: true, records: 3 * orders });
});
