import { silentLogger } from '@plumbline/observability';
import { expect, it, vi } from 'vitest';
import type { Fetched, Log, LogReader, LogRecord } from '../log.ts';
import * as limits from './limits.ts';
import type { CaughtUp } from './catch-up.ts';
import { createCatchUp } from './catch-up.ts';
import type { Change, Ring } from './ring.ts';
import { createRing } from './ring.ts';

const from: CaughtUp<string> = { changes: [], offsets: [0n] };
const everything = { wants: () => true };

/** `perFetch` records a fetch, of a partition that has as many as the ring has let go of. */
function opened(options: {
  readonly ringBegins: bigint;
  readonly perFetch?: number;
  readonly fetch?: LogReader['fetch'];
}) {
  const { ringBegins, perFetch = 100 } = options;
  const ring: Ring<string> = createRing([ringBegins], 10);
  let next = 0n;
  let open = 0;
  const reader: LogReader = {
    position: () => next,
    stampMs: () => null,
    seek: () => undefined,
    fetch:
      options.fetch ??
      (() => {
        const records = Array.from({ length: perFetch }, (_, at) => ({
          offset: next + BigInt(at),
        }));
        next += BigInt(perFetch);
        const fetched = { topic: 'changes', partition: 0, records, nextOffset: next };
        return Promise.resolve([fetched as unknown as Fetched]);
      }),
    close: () => {
      open -= 1;
      return Promise.resolve();
    },
  };
  const log: Pick<Log, 'openReader'> = {
    openReader: () => {
      open += 1;
      return Promise.resolve(reader);
    },
  };
  const catchUp = createCatchUp({
    ...{ log, logger: silentLogger, topic: 'changes', ring, replayMax: 200 },
    read: ({ offset }: LogRecord): Promise<Change<string>> =>
      Promise.resolve({ partition: 0, offset, note: 'o-1' }),
  });
  return { catchUp, openReaders: () => open };
}

it('brings what was missed, and where it ends', async () => {
  const { catchUp, openReaders } = opened({ ringBegins: 150n });
  const caught = await catchUp(from, everything);
  expect(caught?.offsets).toEqual([200n]);
  expect(caught?.changes.map(({ offset }) => offset)).toEqual(
    Array.from({ length: 200 }, (_, at) => BigInt(at)),
  );
  expect(openReaders()).toBe(0);
});

it('gives up on more changes than a client is given one by one', async () => {
  const { catchUp } = opened({ ringBegins: 10_000n });
  expect(await catchUp(from, everything)).toBe(null);
  const { catchUp: ofFew } = opened({ ringBegins: 10_000n });
  let wanted = 0;
  expect(await ofFew(from, { wants: () => (wanted += 1) % 100 === 0 })).not.toBe(null);
});

it('gives up on more records than are read in the time there is, whoever they are for', async () => {
  const nobody = { wants: () => false };
  const most = BigInt(limits.catchUpRecordsMax);
  expect(await opened({ ringBegins: most, perFetch: 1_000 }).catchUp(from, nobody)).not.toBe(null);
  const more = opened({ ringBegins: most + 2_000n, perFetch: 1_000 });
  expect(await more.catchUp(from, nobody)).toBe(null);
  expect(more.openReaders()).toBe(0);
});

it('gives up when the log does not have it any more', async () => {
  const fetch = () => Promise.reject(new Error('out of range'));
  expect(await opened({ ringBegins: 10n, fetch }).catchUp(from, everything)).toBe(null);
});

it('gives up in time on a log that does not answer, and counts it until it has ended', async () => {
  let answer = (): void => undefined;
  const fetch = () =>
    new Promise<readonly Fetched[]>((resolve) => {
      const before = answer;
      answer = () => {
        before();
        resolve([]);
      };
    });
  const { catchUp, openReaders } = opened({ ringBegins: 10n, fetch });
  const asked = Array.from({ length: limits.catchUpsMax }, () => catchUp(from, everything));
  // One more than there may be at once is told to read anew, at once.
  expect(await catchUp(from, everything)).toBe(null);
  expect(openReaders()).toBe(limits.catchUpsMax);
  expect(await Promise.race([Promise.all(asked), late()])).toEqual(asked.map(() => null));
  expect(openReaders()).toBe(limits.catchUpsMax);
  answer();
  await vi.waitFor(() => expect(openReaders()).toBe(0));
});

const late = () =>
  new Promise<string>((resolve) => {
    setTimeout(() => resolve('late'), limits.catchUpMs + 1_000);
  });
