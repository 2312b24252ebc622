import type { Log } from '@plumbline/kafka';
import { partitionOfSlot, slotOf } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import { formatPlaces } from '@plumbline/postgres';
import * as limits from '../limits.ts';

/**
 * A position that includes everything so far of one key in a topic of events, all of which have the
 * same partitions; `null` when Kafka does not say in time.
 */
export type PositionOf = (topic: string, key: string) => Promise<string | null>;

/**
 * The end of the key's partition. The high watermark, not the last stable offset: a transaction's
 * end is written to each of its partitions by itself, so that an outcome can be read a moment before
 * the events beside it are stable.
 */
export const createPositionOf =
  (options: {
    readonly log: Pick<Log, 'ends'>;
    readonly logger: Logger;
    readonly partitions: number;
  }): PositionOf =>
  async (topic, key) => {
    const { log, logger, partitions } = options;
    const at = { topic, partition: partitionOfSlot(slotOf(key), partitions) };
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
