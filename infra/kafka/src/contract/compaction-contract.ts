import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchBytesPerPartition } from '../limits.ts';
import type { Isolation, LogReader, TopicPartition } from '../log.ts';
import { pause, readToEnd, recordOf } from './harness.ts';
import { generateHistory } from './histories.ts';
import type { ReadToEnd } from './java-reader.ts';
import type { KafkaHarness } from './kafka-harness.ts';
import { leaveHistory, type Left } from './leave-history.ts';

/** Short segments, all of them cleaned at once but the last, which the cleaner never touches. */
const segmentMs = 100;
const compacted = {
  'cleanup.policy': 'compact',
  'segment.ms': String(segmentMs),
  'min.cleanable.dirty.ratio': '0.001',
  'max.compaction.lag.ms': '1',
};
const keys = 5;
const isolations = ['read_committed', 'read_uncommitted'] as const;
const fetchSizes = {
  read_committed: [600, fetchBytesPerPartition],
  read_uncommitted: [fetchBytesPerPartition],
} as const;

/** Gaps of the log cleaner, among aborted transactions and their markers. */
export function describeCompaction(harness: () => KafkaHarness): void {
  describe('a reader of a compacted log', () => {
    beforeAll(() => harness().setCleanerPause(50));
    afterAll(() => harness().setCleanerPause(null));

    test("sees from every offset what Java's consumer sees", async () => {
      // Records of five keys, so that nearly all are replaced in the end.
      const steps = [11, 12].flatMap((seed) => generateHistory(seed));
      const left = await leaveHistory(harness(), steps, {
        settled: false,
        settings: compacted,
        keyOf: (count) => Buffer.from(`key ${count % keys}`),
      });
      await rollSegment(harness(), left);
      await untilCleaned(harness(), left);
      for (const isolation of isolations) await sameAsJava(harness(), left, isolation);
      const seen = await readAllOf(harness(), left, 'read_committed');
      const values = new Set(left.outcome.committed.map(({ value }) => value));
      const survivors = seen.records.filter(({ value }) => values.has(value));
      // Of each key the newest is there, the cleaner never takes it.
      expect(survivors.length).toBeGreaterThanOrEqual(keys);
      expect(survivors.length).toBeLessThan(left.outcome.committed.length / 2);
      expect(seen.records.length).toBe(survivors.length + 1);
    });
  });
}

/** The cleaner leaves the last segment alone; a record that comes later begins another. */
async function rollSegment(harness: KafkaHarness, left: Left): Promise<void> {
  await pause(2 * segmentMs);
  const edge = await harness.log.openEdgeProducer();
  await edge.send({ ...recordOf(left, 'after it'), key: Buffer.from('another key') });
  await edge.close();
}

/** Until less is there than was written, and no less a while later. */
async function untilCleaned(harness: KafkaHarness, left: Left): Promise<void> {
  const until = performance.now() + 30_000;
  let steady = 0;
  for (let before = left.outcome.all.length; steady < 3;) {
    if (performance.now() > until) throw new Error(`${left.topic} is not being cleaned`);
    await pause(200);
    const { length } = (await readAllOf(harness, left, 'read_uncommitted')).records;
    steady = length === before && length < left.outcome.all.length / 2 ? steady + 1 : 0;
    before = length;
  }
}

async function sameAsJava(harness: KafkaHarness, left: Left, isolation: Isolation): Promise<void> {
  const java = await harness.openJavaReader?.();
  const { topic, partition } = left;
  const from = [{ topic, partition, offset: 0n }];
  const reader = await harness.log.openReader({ from, isolation });
  for (const bytesMax of fetchSizes[isolation]) {
    for (let offset = 0n; offset <= left.outcome.endOffset; offset += 1n) {
      reader.seek({ topic, partition, offset });
      const ours = await readOn(reader, left, { isolation, bytesMax });
      const javas = await java?.read({ topic, partition, offset, isolation, bytesMax });
      expect(ours, `${isolation}, ${bytesMax} bytes from ${offset.toString()}`).toEqual(javas);
    }
  }
  await reader.close();
}

async function readAllOf(
  harness: KafkaHarness,
  { topic, partition }: Left,
  isolation: Isolation,
): Promise<ReadToEnd> {
  const from = [{ topic, partition, offset: 0n }];
  const reader = await harness.log.openReader({ from, isolation });
  const read = await readOn(reader, { topic, partition }, { isolation });
  await reader.close();
  return read;
}

async function readOn(
  reader: LogReader,
  { topic, partition }: TopicPartition,
  how: { readonly isolation: Isolation; readonly bytesMax?: number },
): Promise<ReadToEnd> {
  const records = await readToEnd(reader, { topic, partition, ...how });
  return {
    records: records.map(({ offset, value }) => ({ offset, value: String(value) })),
    position: reader.position({ topic, partition }),
  };
}
