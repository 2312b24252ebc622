import { orderFieldNames, streamKey } from '@plumbline/channel-monitor';
import type { Clock } from '@plumbline/kafka';
import type { Redis } from '@plumbline/redis';
import { RedisDown } from '@plumbline/redis';
import type { BackOff } from './back-off.ts';
import { waitMsAfter } from './back-off.ts';
import * as limits from './limits.ts';
import type { ShownOrder } from './monitor-api.ts';
import type { OrderEvent } from './watch-orders.ts';

export interface StreamWatchOptions {
  /** A connection of its own: it waits in the server. */
  readonly redis: Pick<Redis, 'run'>;
  /** Clients of one group share the orders; `null` for a client that is told of all. */
  readonly group: { readonly name: string; readonly consumer: string } | null;
  /** `null` for orders of every merchant. */
  readonly pid: string | null;
  readonly clock: Pick<Clock, 'nowMs' | 'sleep'>;
  readonly backOff: BackOff;
  readonly onEvent: (event: OrderEvent) => void;
  readonly signal: AbortSignal;
}

interface Entry {
  readonly id: string;
  /** `null` for one that was deleted, or is no order. */
  readonly order: ShownOrder | null;
}

type Fields = readonly string[] | null;
type Reply = readonly (readonly [string, readonly (readonly [string, Fields])[]])[] | null;

/**
 * Tells of active orders from the stream in Redis until the signal: with a group of each to one of
 * its clients, what dead ones left included, without one of all. An entry of a group is
 * acknowledged once it has been told. The stream does not say which orders ended; their time does.
 *
 * Never rejects for a Redis that is away: it says so once, and goes on when it is back. Errors: the
 * server's own, for a key that is no stream or a user who may not.
 */
export async function watchStream(options: StreamWatchOptions): Promise<void> {
  const { clock, onEvent, signal } = options;
  const step = options.group === null ? createPlainStep(options) : createGroupStep(options);
  const isOver = (): boolean => signal.aborted;
  let failed = 0;
  while (!isOver()) {
    try {
      await step();
      if (failed > 0) onEvent({ event: 'orders-back' });
      failed = 0;
    } catch (error) {
      if (isOver()) return;
      if (!(error instanceof RedisDown)) throw error;
      failed += 1;
      if (failed === 1) onEvent({ event: 'orders-away', problem: error.message });
      await clock.sleep(waitMsAfter(failed, options.backOff), signal);
    }
  }
}

function tell({ pid, onEvent }: StreamWatchOptions, entries: readonly Entry[]): void {
  for (const { order } of entries)
    if (order !== null && (pid === null || order.pid === pid)) onEvent({ event: 'active', order });
}

function createPlainStep(options: StreamWatchOptions): () => Promise<void> {
  let after = '0-0';
  return async () => {
    const reply = await options.redis.run((client) =>
      client.xread(
        ...(['COUNT', limits.streamPageEntries, 'BLOCK', limits.streamBlockMs] as const),
        ...(['STREAMS', streamKey, after] as const),
      ),
    );
    const entries = entriesOf(reply);
    tell(options, entries);
    after = entries.at(-1)?.id ?? after;
  };
}

function createGroupStep(options: StreamWatchOptions): () => Promise<void> {
  const { redis, clock } = options;
  const { name, consumer } = options.group ?? { name: '', consumer: '' };
  let claimedMs: number | null = null;
  let isReady = false;

  async function done(entries: readonly Entry[]): Promise<void> {
    tell(options, entries);
    if (entries.length === 0) return;
    await redis.run((client) => client.xack(streamKey, name, ...entries.map(({ id }) => id)));
  }

  /** What this client had when it ended the last time; `0` asks for that. */
  async function read(from: '0' | '>'): Promise<readonly Entry[]> {
    const reply = (await redis.run((client) =>
      client.xreadgroup(
        ...(['GROUP', name, consumer, 'COUNT', limits.streamPageEntries] as const),
        ...(['BLOCK', limits.streamBlockMs, 'STREAMS', streamKey, from] as const),
      ),
    )) as Reply;
    return entriesOf(reply);
  }

  async function claim(): Promise<void> {
    let from = '0-0';
    do {
      const [next, found] = (await redis.run((client) =>
        client.xautoclaim(streamKey, name, consumer, limits.claimIdleMs, from),
      )) as [string, (readonly [string, Fields] | null)[]];
      await done(found.flatMap((entry) => (entry === null ? [] : [entryOf(entry)])));
      from = next;
    } while (from !== '0-0');
    claimedMs = clock.nowMs();
  }

  async function begin(): Promise<void> {
    await redis.run((client) =>
      groupMade(client.xgroup('CREATE', streamKey, name, '0', 'MKSTREAM')),
    );
    for (let own = await read('0'); own.length > 0; own = await read('0')) await done(own);
    isReady = true;
  }

  return async () => {
    try {
      if (!isReady) await begin();
      if (claimedMs === null || clock.nowMs() - claimedMs >= limits.claimEveryMs) await claim();
      await done(await read('>'));
    } catch (error) {
      // Redis was flushed, and the group with it: it is made again.
      if (!(error instanceof Error && error.message.startsWith('NOGROUP'))) throw error;
      isReady = false;
    }
  };
}

/** One that is there already is what was asked for. */
async function groupMade(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('BUSYGROUP'))) throw error;
  }
}

const entriesOf = (reply: Reply): readonly Entry[] => (reply?.[0]?.[1] ?? []).map(entryOf);

function entryOf([id, fields]: readonly [string, Fields]): Entry {
  const valueOf = (name: string): string | null => {
    const at = fields?.indexOf(name) ?? -1;
    return at < 0 ? null : (fields?.[at + 1] ?? null);
  };
  const values = orderFieldNames.map((name) => [name, valueOf(name)] as const);
  if (values.some(([, value]) => value === null)) return { id, order: null };
  return { id, order: Object.fromEntries(values) as ShownOrder };
}
