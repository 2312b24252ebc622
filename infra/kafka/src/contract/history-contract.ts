import { describe, expect, test } from 'vitest';
import type { Ends, Isolation } from '../log.ts';
import { readToEnd, type ContractOptions, type LogHarness } from './harness.ts';
import {
  generateHistory,
  largeAbort,
  overlappingAborts,
  play,
  repeatedAborts,
  type Step,
} from './histories.ts';

/** Of committed readers, and of where they may start: anywhere. */
export function describeHistories(harness: () => LogHarness, options: ContractOptions): void {
  describe('a reader from every offset sees what was committed, in order, and nothing else', () => {
    const named: readonly (readonly [string, readonly Step[]])[] = [
      ['overlapping aborts', overlappingAborts],
      ['two aborts by one producer', repeatedAborts],
      ['an aborted transaction larger than a fetch', largeAbort],
      ...options.seeds.map((seed) => [`history of seed ${seed}`, generateHistory(seed)] as const),
    ];
    test.each(named)('%s', (_, steps) => holdsForEveryOffset(harness(), steps));
  });
}

async function holdsForEveryOffset(harness: LogHarness, steps: readonly Step[]): Promise<void> {
  const at = { topic: await harness.createTopic(1), partition: 0 };
  const edge = await harness.log.openEdgeProducer();
  const id = harness.uniqueName('history');
  const outcome = await play(steps, {
    ...at,
    edge,
    openProducer: (producer) => harness.openTransactionSession(`${id}-${producer}`),
  });
  await edge.close();
  const highWatermark = outcome.endOffset;
  const ends = await endsAt(harness, at, highWatermark);
  expect(ends).toEqual({ logStartOffset: 0n, lastStableOffset: highWatermark, highWatermark });
  // 1 byte brings one batch a fetch; 600 a few, so that transactions span fetches.
  for (const bytesMax of [1, 600, undefined]) {
    for (const isolation of ['read_committed', 'read_uncommitted'] as const) {
      await sweep(harness, { ...at, isolation, bytesMax, highWatermark, outcome });
    }
  }
}

/** Markers are written after the answer to a commit: the stable offset follows in a moment. */
async function endsAt(
  harness: LogHarness,
  at: { topic: string; partition: number },
  endOffset: bigint,
): Promise<Ends> {
  const until = performance.now() + harness.patienceMs;
  for (;;) {
    const ends = await harness.log.ends(at);
    if (ends.lastStableOffset === endOffset || performance.now() > until) return ends;
  }
}

async function sweep(
  harness: LogHarness,
  of: {
    topic: string;
    partition: number;
    isolation: Isolation;
    bytesMax: number | undefined;
    highWatermark: bigint;
    outcome: Awaited<ReturnType<typeof play>>;
  },
): Promise<void> {
  const { topic, partition, isolation, bytesMax } = of;
  const from = [{ topic, partition, offset: 0n }];
  const reader = await harness.log.openReader({ from, isolation });
  const expected = isolation === 'read_committed' ? of.outcome.committed : of.outcome.all;
  // Small fetches from every offset would be quadratic; a stride that is no multiple of a batch.
  const stride = bytesMax === undefined ? 1n : 7n;
  for (let offset = 0n; offset <= of.highWatermark; offset += stride) {
    reader.seek({ topic, partition, offset });
    const records = await readToEnd(reader, {
      topic,
      partition,
      isolation,
      ...(bytesMax === undefined ? {} : { bytesMax }),
    });
    const seen = records.map((record) => ({
      offset: record.offset,
      value: String(record.value),
    }));
    expect(seen, `${isolation} from ${offset.toString()}`).toEqual(
      expected.filter((record) => record.offset >= offset),
    );
    expect(reader.position({ topic, partition })).toBe(of.highWatermark);
  }
  await reader.close();
}
