import { describe, expect, test } from 'vitest';
import type { Isolation } from '../log.ts';
import { fetchBytesPerPartition } from '../limits.ts';
import { readToEnd, untilEnd, type ContractOptions, type LogHarness } from './harness.ts';
import { generateHistory, namedHistories, type Step } from './histories.ts';
import type { ReadToEnd } from './java-reader.ts';
import { leaveHistory, type Left } from './leave-history.ts';

/** One batch a fetch; a few, so that transactions span fetches; and everything. */
const fetchSizes = [1, 600, fetchBytesPerPartition] as const;
const isolations = ['read_committed', 'read_uncommitted'] as const;

/** Of committed readers, and of where they may start: anywhere. */
export function describeHistories(harness: () => LogHarness, options: ContractOptions): void {
  describe('a reader from every offset sees what was committed, in order, and nothing else', () => {
    test.each(namedHistories)('%s', (_, steps) =>
      holdsForEveryOffset(harness(), steps, { settled: true }),
    );
    // Every other one leaves markers and records to race, as they do in life.
    test.each(options.seeds)('history of seed %i', (seed) =>
      holdsForEveryOffset(harness(), generateHistory(seed), { settled: seed % 2 === 0 }),
    );
  });
}

async function holdsForEveryOffset(
  harness: LogHarness,
  steps: readonly Step[],
  how: { readonly settled: boolean },
): Promise<void> {
  const left = await leaveHistory(harness, steps, how);
  const { endOffset } = left.outcome;
  await untilEnd(harness, left, {
    logStartOffset: 0n,
    lastStableOffset: endOffset,
    highWatermark: endOffset,
  });
  await readsWhatTheAccountSays(harness, left);
  if (harness.openJavaReader !== null) await javaReadsTheSame(harness, left);
  if (harness.openTwin === null || !how.settled) return;
  const twin = await harness.openTwin();
  const leftThere = await leaveHistory(twin, steps, how);
  expect(leftThere.outcome, twin.name).toEqual(left.outcome);
  expect(await twin.log.ends(leftThere)).toEqual(await harness.log.ends(left));
  await readsWhatTheAccountSays(twin, leftThere);
  await twin.close();
}

async function readsWhatTheAccountSays(harness: LogHarness, left: Left): Promise<void> {
  for (const isolation of isolations) {
    const { topic, partition } = left;
    const from = [{ topic, partition, offset: 0n }];
    const reader = await harness.log.openReader({ from, isolation });
    for (const bytesMax of fetchSizes) {
      for (let offset = 0n; offset <= left.outcome.endOffset; offset += 1n) {
        reader.seek({ topic, partition, offset });
        const records = await readToEnd(reader, { topic, partition, isolation, bytesMax });
        const seen = records.map((each) => ({ offset: each.offset, value: String(each.value) }));
        const position = reader.position(left);
        const what = `${harness.name}, ${isolation}, ${bytesMax} bytes from ${offset.toString()}`;
        expect({ records: seen, position }, what).toEqual(expected(left, isolation, offset));
      }
    }
    await reader.close();
  }
}

/** The oracle: if it sees something else, then the account is wrong, and this suite with it. */
async function javaReadsTheSame(harness: LogHarness, left: Left): Promise<void> {
  const java = await harness.openJavaReader?.();
  const { topic, partition, outcome } = left;
  for (const isolation of isolations) {
    for (const bytesMax of fetchSizes) {
      // Batch by batch is ten times as slow in Java: once from the start.
      const last = bytesMax === 1 ? 0n : outcome.endOffset;
      for (let offset = 0n; offset <= last; offset += 1n) {
        const read = await java?.read({ topic, partition, offset, isolation, bytesMax });
        const what = `Java's consumer, ${isolation}, ${bytesMax} bytes from ${offset.toString()}`;
        expect(read, what).toEqual(expected(left, isolation, offset));
      }
    }
  }
}

function expected(left: Left, isolation: Isolation, from: bigint): ReadToEnd {
  const { all, committed, endOffset } = left.outcome;
  const records = isolation === 'read_committed' ? committed : all;
  return { records: records.filter(({ offset }) => offset >= from), position: endOffset };
}
