import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';
import type { StreamedResult } from '../checks/check-results.ts';

/** A merchant's consumer of both result streams, from the beginning of a run to its end. */
export interface ResultReader {
  /** Everything that it was given, repeats too, in the order of each stream. */
  readonly entries: readonly StreamedResult[];
  /** Whether an entry of that event came. */
  has(eventId: string): boolean;
  close(): Promise<void>;
}

const streams = ['payment_results', 'refund_results'] as const;
const group = 'main_app';
const pauseMs = 100;

type Read =
  readonly (readonly [string, readonly (readonly [string, readonly string[]])[]])[] | null;

/**
 * As contract 4 has it: a group from the beginning, every entry acknowledged; made again when Redis
 * does not know it any more.
 */
export function openResultReader(redisUrl: string): ResultReader {
  const redis = openRedis({ url: redisUrl, logger: silentLogger });
  const entries: StreamedResult[] = [];
  const ids = new Set<string>();
  const closing = new AbortController();

  async function readSome(stream: (typeof streams)[number]): Promise<void> {
    const read = (await redis.run((client) =>
      client.xreadgroup('GROUP', group, 'demo_app_consumer', 'COUNT', 500, 'STREAMS', stream, '>'),
    )) as Read;
    for (const [, given] of read ?? []) {
      for (const [, texts] of given) {
        const fields = fieldsOf(texts);
        entries.push({ stream, fields });
        ids.add(fields['event_id'] ?? '');
      }
      await redis.run((client) => client.xack(stream, group, ...given.map(([id]) => id)));
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      for (const stream of streams) {
        try {
          await readSome(stream);
        } catch (error) {
          // Redis is away, or it has forgotten the group: both are faults of these runs.
          if (String(error).includes('NOGROUP'))
            await redis
              .run((client) => client.xgroup('CREATE', stream, group, '0', 'MKSTREAM'))
              .catch(() => undefined);
        }
      }
      await sleep(pauseMs);
    }
  }

  const running = run();
  return {
    entries,
    has: (eventId) => ids.has(eventId),
    async close() {
      closing.abort();
      await running;
      await redis.close();
    },
  };
}

const fieldsOf = (texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    texts.flatMap((name, at) => (at % 2 === 0 ? [[name, texts[at + 1] ?? ''] as const] : [])),
  );
