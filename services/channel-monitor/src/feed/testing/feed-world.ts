import { createMetrics, silentLogger } from '@plumbline/observability';
import { RedisDown } from '@plumbline/redis';
import type { StoreFollower, StoreSource } from '@plumbline/runtime';
import type { ActiveOrderEntry } from '../../active-index.ts';
import type { ActiveOrder } from '../../active-order.ts';
import type { ActiveStream } from '../../active-stream/active-stream.ts';
import type { OrderFeed } from '../order-feed.ts';
import { openOrderFeed } from '../order-feed.ts';
import type { SteppedClock } from './stepped-clock.ts';
import { createSteppedClock } from './stepped-clock.ts';

/** A stream in memory that can be away, and forget everything. */
export interface MemoryStream extends ActiveStream {
  readonly entries: Map<string, ActiveOrder>;
  readonly heals: { count: number };
  isAway: boolean;
  flush(): void;
}

export function createMemoryStream(): MemoryStream {
  const entries = new Map<string, ActiveOrder>();
  const heals = { count: 0 };
  let isHealed = false;
  const there = <T>(self: MemoryStream, work: () => T): Promise<T> =>
    self.isAway ? Promise.reject(new RedisDown('away')) : Promise.resolve(work());
  return {
    entries,
    heals,
    isAway: false,
    flush() {
      entries.clear();
      isHealed = false;
    },
    apply(changes) {
      return there(this, () => {
        for (const change of changes)
          if (change.kind === 'active') entries.set(change.order.orderId, change.order);
          else entries.delete(change.orderId);
        return { added: 0, removed: 0, isWhole: isHealed };
      });
    },
    dropExpired() {
      return there(this, () => 0);
    },
    isWhole() {
      return there(this, () => isHealed);
    },
    async heal(readActive) {
      const orders = await readActive();
      return there(this, () => {
        entries.clear();
        for (const order of orders) entries.set(order.orderId, order);
        heals.count += 1;
        isHealed = true;
        return { added: 0, removed: 0, kept: 0 };
      });
    },
  };
}

export const entry = (orderId: string, over: Partial<ActiveOrderEntry> = {}): ActiveOrderEntry => ({
  ...{ tenant: 'main', reference: `${orderId}-1`, orderId, pid: '1000', aid: '1', cid: '2' },
  ...{ type: 'wxpay', expiresAtMs: 1_000_000, pattern: 1 },
  ...over,
});

export interface FeedWorld {
  readonly stream: MemoryStream;
  /** What was written to the file, whole, by order ids. */
  readonly files: string[][];
  readonly clock: SteppedClock;
  readonly feed: OrderFeed;
  /** What the read model shows of others. */
  elsewhere: () => Promise<readonly ActiveOrder[]>;
  readonly askedFor: (readonly number[])[];
  /** The follower of a task that came here. */
  open(partition: number): StoreFollower;
}

const nothingAsked: StoreSource = {
  range: () => [],
  tell: () => Promise.reject(new Error('nothing is told')),
};

export function openFeedWorld({
  partitions = 2,
}: { readonly partitions?: number } = {}): FeedWorld {
  const stream = createMemoryStream();
  const clock = createSteppedClock();
  const files: string[][] = [];
  const askedFor: (readonly number[])[] = [];
  const world: { elsewhere: FeedWorld['elsewhere'] } = { elsewhere: () => Promise.resolve([]) };
  const feed = openOrderFeed({
    ...{ stream, partitions, tenant: 'main', nowMs: () => clock.nowMs(), clock },
    ...{ logger: silentLogger, metrics: createMetrics({ service: 't', processMetrics: false }) },
    file: {
      write(orders) {
        files.push(orders.map(({ orderId }) => orderId));
        return Promise.resolve();
      },
    },
    readElsewhere(held) {
      askedFor.push([...held]);
      return world.elsewhere();
    },
  });
  const open = (partition: number) =>
    feed.following.open({ partition, topology: 'receiving' } as never, nothingAsked);
  return Object.assign(world, { stream, files, clock, feed, askedFor, open });
}
