import { expect, test } from 'vitest';
import { byPartition, planRounds } from './chunks.ts';

const record = (partition: number, bytes: number) => ({
  topic: 't',
  partition,
  key: null,
  value: Buffer.alloc(bytes),
  headers: {},
});

test('every record is in exactly one slice, in order, within the limits', () => {
  const records = Array.from({ length: 57 }, (_, index) => record(index % 3, 10 + index));
  const limits = { recordsMax: 8, bytesMax: 400 };
  const rounds = planRounds(byPartition(records), limits);
  const seen: number[] = [];
  for (const round of rounds) {
    for (const queue of round.queues) {
      const { from, to } = round.sliceOf(queue);
      expect(to - from).toBeGreaterThan(0);
      expect(to - from).toBeLessThanOrEqual(limits.recordsMax);
      seen.push(...queue.indexes.slice(from, to));
    }
  }
  for (const partition of [0, 1, 2]) {
    const own = seen.filter((index) => index % 3 === partition);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
  expect(seen.sort((a, b) => a - b)).toEqual(records.map((_, index) => index));
});

test('a record beyond the limit travels alone', () => {
  const rounds = planRounds(byPartition([record(0, 5), record(0, 5_000), record(0, 5)]), {
    recordsMax: 10,
    bytesMax: 100,
  });
  expect(rounds).toHaveLength(3);
});
