import type { StreamName, StreamPosition } from '@plumbline/payments';
import { readStreamPositions } from '@plumbline/payments';
import type { Redis } from '@plumbline/redis';
import { streamPageEntries } from '../limits.ts';

/** An entry as it stands in a stream. */
export interface FoundEntry {
  /** `<ms>-<n>`, by the clock of Redis. */
  readonly id: string;
  /** Name, value, name, value. */
  readonly fields: readonly string[];
}

/** The result streams as somebody who only reads sees them. */
export interface ReadStreams {
  positions(): Promise<ReadonlyMap<number, StreamPosition>>;
  /** From the oldest to the newest that there was at the beginning; a page at a time. */
  entries(stream: StreamName): AsyncGenerator<FoundEntry>;
}

/** Errors: RedisDown. */
export const readStreams = (redis: Pick<Redis, 'run'>): ReadStreams => ({
  positions: () => readStreamPositions(redis),
  async *entries(stream) {
    const [newest] = await redis.run((client) => client.xrevrange(stream, '+', '-', 'COUNT', 1));
    if (newest === undefined) return;
    for (let from = '-'; ;) {
      const page = await redis.run((client) =>
        client.xrange(stream, from, newest[0], 'COUNT', streamPageEntries),
      );
      for (const [id, fields] of page) yield { id, fields };
      const last = page.at(-1);
      if (last === undefined || page.length < streamPageEntries) return;
      from = `(${last[0]}`;
    }
  },
});
