import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMemoryLog } from './index.ts';
import { offsetAtTime } from './offset-at-time.ts';

const at = { topic: 't.v1', partition: 0 };

/** A partition with records so many milliseconds apart; `null` takes an offset and is no record. */
async function openWith(gaps: readonly (number | null)[]) {
  let clockMs = 1_000;
  const clock = { nowMs: () => clockMs };
  const log = createMemoryLog({ topics: [{ name: at.topic, partitions: 1 }], clock });
  const times: number[] = [];
  const aborted = await log.openTransactionSession('t');
  for (const gap of gaps) {
    clockMs += gap ?? 0;
    const record = { ...at, key: null, value: Buffer.from('x'), headers: {} };
    if (gap === null) {
      await aborted.send([record]);
      await aborted.abort();
    } else {
      log.appendRaw(record);
      times.push(clockMs);
    }
  }
  return { log, times, nowMs: () => clockMs };
}

const readFrom = async (log: Awaited<ReturnType<typeof openWith>>['log'], offset: bigint) => {
  const { lastStableOffset } = await log.ends(at);
  const reader = await log.openReader({ from: [{ ...at, offset }], isolation: 'read_committed' });
  const times: number[] = [];
  while (reader.position(at) < lastStableOffset)
    for (const { records } of await reader.fetch({ maxWaitMs: 1 }))
      times.push(...records.map(({ timestampMs }) => timestampMs));
  await reader.close();
  return times;
};

it('reading from there brings what was appended since, and nothing before', async () => {
  const anyGap = fc.option(fc.integer({ min: 0, max: 5 }), { freq: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(anyGap, { maxLength: 30 }), fc.nat(120), async (gaps, after) => {
      const { log, times } = await openWith(gaps);
      const sinceMs = 990 + after;
      const offset = await offsetAtTime(log, at, sinceMs);
      expect(await readFrom(log, offset)).toEqual(times.filter((time) => time >= sinceMs));
      await log.close();
    }),
    { numRuns: 100 },
  );
});
