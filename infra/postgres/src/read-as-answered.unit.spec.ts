import { expect, it } from 'vitest';
import { PostgresDown } from './errors.ts';
import { readAsAnswered, readRows } from './read-as-answered.ts';

const problems = {
  missing: () => new Error('missing'),
  behind: () => new Error('behind'),
  down: ({ message }: PostgresDown) => new Error(`down: ${message}`),
};

interface Row {
  readonly version: bigint;
}

/** Shows one more version at each look. */
const growing = (from: bigint) => {
  let version = from;
  return () => Promise.resolve<Row | null>({ version: (version += 1n) });
};
const nothing = () => Promise.resolve<Row | null>(null);

it('shows at least what was answered, and at once where nothing was', async () => {
  const shared = { timeoutMs: 2_000, problems };
  const waited = await readAsAnswered({ ...shared, read: growing(0n), seen: 3n });
  expect(waited.version).toBe(3n);
  const atOnce = await readAsAnswered({ ...shared, read: growing(0n), seen: null });
  expect(atOnce.version).toBe(1n);
});

it('shows what there is when that takes too long, and says so when there is nothing', async () => {
  const shared = { timeoutMs: 1, problems };
  const old = await readAsAnswered({ ...shared, read: growing(0n), seen: 99n });
  expect(old.version).toBeLessThan(99n);
  await expect(readAsAnswered({ ...shared, read: nothing, seen: 1n })).rejects.toThrow('behind');
  for (const seen of [null, 0n])
    await expect(readAsAnswered({ ...shared, read: nothing, seen })).rejects.toThrow('missing');
});

it('tells that Postgres is away from every other error', async () => {
  const read = () => Promise.reject(new PostgresDown('gone'));
  await expect(readRows(read, problems)).rejects.toThrow('down: gone');
  const options = { read, seen: null, timeoutMs: 1, problems };
  await expect(readAsAnswered(options)).rejects.toThrow('down: gone');
  await expect(readRows(() => Promise.reject(new Error('ours')), problems)).rejects.toThrow('ours');
});
