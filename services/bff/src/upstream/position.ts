import { topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { partitionOfSlot, routingKey, slotOf } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import { formatPlaces } from '@plumbline/postgres';
import * as limits from '../limits.ts';

/** A position that includes every event so far of an order; `null` when Kafka does not say in time. */
export type PositionOf = (orderNo: string) => Promise<string | null>;

/**
 * The end of the order's partition. The high watermark, not the last stable offset: a transaction's
 * end is written to each of its partitions by itself, so that an outcome can be read a moment before
 * the events beside it are stable.
 */
export const createPositionOf =
  (options: {
    readonly log: Pick<Log, 'ends'>;
    readonly logger: Logger;
    readonly tenant: string;
    readonly partitions: number;
  }): PositionOf =>
  async (orderNo) => {
    const { log, logger, tenant, partitions } = options;
    const partition = partitionOfSlot(slotOf(routingKey(tenant, orderNo)), partitions);
    const at = { topic: topics.ordersEvents.name, partition };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(() => resolve(null), limits.positionDeadlineMs);
    });
    try {
      const ends = await Promise.race([log.ends(at), late]);
      if (ends === null || ends.highWatermark === 0n) return null;
      return formatPlaces([{ ...at, offset: ends.highWatermark - 1n }]);
    } catch (error) {
      logger.warn('the end of a partition is not known', { ...at, error });
      return null;
    } finally {
      clearTimeout(timer);
    }
  };
