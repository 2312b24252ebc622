import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createMemoryLog } from './memory/memory-log.ts';
import { pacedFetch } from './paced-fetch.ts';

const at = { topic: 'in', partition: 0 };

it('waits between fetches only while records come, and brings every record', async () => {
  const log = createMemoryLog({ topics: [{ name: 'in', partitions: 1 }] });
  const reader = await log.openReader({
    from: [{ ...at, offset: 0n }],
    isolation: 'read_committed',
  });
  const fetch = pacedFetch(reader, 400);
  const append = () => log.appendRaw({ ...at, key: null, value: Buffer.from('x'), headers: {} });
  const timed = async (): Promise<{ records: number; ms: number }> => {
    const startedAt = performance.now();
    const [fetched] = await fetch({ maxWaitMs: 5 });
    return { records: fetched?.records.length ?? 0, ms: performance.now() - startedAt };
  };
  append();
  expect((await timed()).records).toBe(1);
  append();
  append();
  const paced = await timed();
  expect(paced.records).toBe(2);
  expect(paced.ms).toBeGreaterThan(250);
  expect((await timed()).records).toBe(0);
  await sleep(1);
  append();
  const afterIdle = await timed();
  expect(afterIdle.records).toBe(1);
  expect(afterIdle.ms).toBeLessThan(250);
  await reader.close();
  await log.close();
});
