import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogHarness } from '../contract/harness.ts';
import { openKafkaHarness } from '../contract/kafka-harness.ts';
import { measureLateness, quantile, recordOfBytes } from '../contract/visibility.ts';
import { visibilityLagMs } from '../limits.ts';
import type { OutgoingRecord, TopicPartition } from '../log.ts';

/** A glance; a measurement takes `PLUMBLINE_TEST_VISIBILITY_SECONDS=60`. */
const seconds = Number(process.env['PLUMBLINE_TEST_VISIBILITY_SECONDS'] ?? '1');

let harness: LogHarness;

beforeAll(async () => {
  harness = await openKafkaHarness();
});

afterAll(() => harness.close());

type Write = (records: readonly OutgoingRecord[]) => Promise<unknown>;

async function edgeWriter(): Promise<Write> {
  const edge = await harness.log.openEdgeProducer();
  return (records) => Promise.all(records.map((record) => edge.send(record)));
}

async function transactionalWriter(): Promise<Write> {
  const transactionalId = harness.uniqueName('visible');
  const producer = await harness.log.openTransactionalProducer({ transactionalId });
  return (records) => producer.transact(records);
}

const ways = [
  { what: 'single records', open: edgeWriter, records: 1, bytes: 200 },
  {
    what: 'batches of 500 KB, a new segment every other',
    open: edgeWriter,
    records: 500,
    bytes: 1_000,
  },
  { what: 'transactions of ten records', open: transactionalWriter, records: 10, bytes: 200 },
] as const;

/** The shortest segments that a broker takes. */
const settings = { 'segment.bytes': '1048576' };

test.each(ways)(
  'records can be read within the margin after their append time: $what',
  async ({ what, open, records, bytes }) => {
    const at: TopicPartition = { topic: await harness.createTopic(1, settings), partition: 0 };
    const write = await open();
    const batch = Array.from({ length: records }, () => recordOfBytes(at, bytes));
    const lateness = await measureLateness(harness.log, at, {
      forMs: seconds * 1_000,
      write: () => write(batch),
    });
    const { latenessMs } = lateness;
    const [p50, p99, max] = [0.5, 0.99, 1].map((q) => quantile(latenessMs, q));
    process.stdout.write(
      `visible after append, ${what}: ${lateness.records} records, ` +
        `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms\n`,
    );
    expect(lateness.records).toBeGreaterThan(0);
    // The largest is a matter of how busy the machine is: docs/kafka-client.md has measured ones.
    expect(p99).toBeLessThan(visibilityLagMs);
  },
  seconds * 1_000 + 30_000,
);
