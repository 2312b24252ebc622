import { systemClock } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Logger, Metrics } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';
import { createActiveStream } from '../active-stream/active-stream.ts';
import { createOrderFile } from '../order-file/order-file.ts';
import type { ReceivingQueries } from '../projections/receiving-queries.ts';
import type { OrderFeed } from './order-feed.ts';
import { openOrderFeed } from './order-feed.ts';

export interface OpenFeedOptions {
  readonly redisUrl: string;
  /** Absolute; `null`: nobody polls a file. */
  readonly filePath: string | null;
  readonly queries: Pick<ReceivingQueries, 'active'>;
  /** Of the read model: whether it folds what comes. */
  readonly isReadModelUp: () => Promise<boolean>;
  readonly partitions: number;
  readonly tenant: string;
  /** Epoch ms, of the clock that orders expire by. */
  readonly nowMs: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The feed with a connection of its own, so that long scripts hold up nobody's nonces. */
export function openFeed(options: OpenFeedOptions): OrderFeed {
  const { redisUrl, filePath, queries, partitions, tenant, nowMs, logger, metrics } = options;
  const redis = openRedis({ url: redisUrl, logger, connectionName: 'active-orders' });
  const feed = openOrderFeed({
    stream: createActiveStream({ redis, nowMs }),
    file: filePath === null ? null : createOrderFile({ path: filePath, nowMs: Date.now }),
    async readElsewhere(held) {
      // One that is being built anew has none of the orders: all of them would be removed.
      if (!(await options.isReadModelUp())) throw new Error('the read model is not up yet');
      const orders = await queries.active({ tenant, pid: null, nowMs: nowMs() });
      return orders.filter((each) => !held.has(partitionOfRecordKey(each.accountKey, partitions)));
    },
    ...{ partitions, tenant, nowMs, clock: systemClock, logger, metrics },
  });
  return {
    ...feed,
    async close() {
      await feed.close();
      await redis.close();
    },
  };
}
