import type { ChangeNoted, Codec } from '@plumbline/events';
import { topics, Undecodable, UnknownSchemaId } from '@plumbline/events';
import type * as kafka from '@plumbline/kafka';
import type { FeedLog, LogFeed, LogRecord } from '@plumbline/kafka';
import { openLogFeed } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import * as limits from '../limits.ts';

export type Feed = LogFeed<ChangeNoted>;
export type Follower = kafka.Follower<ChangeNoted>;
export type Joined = kafka.Joined<ChangeNoted>;

export interface FeedOptions {
  readonly log: FeedLog;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly partitions: number;
  /** That of the catalogue unless given. */
  readonly topic?: string;
  /** Changes kept in memory, of all partitions together. */
  readonly changesMax?: number;
  readonly replayMax?: number;
}

/** All changes of all orders, from the log, once a process. */
export const openFeed = (options: FeedOptions): Promise<Feed> =>
  openLogFeed<ChangeNoted>({
    ...{ log: options.log, logger: options.logger, partitions: options.partitions },
    topic: options.topic ?? topics.changesEvents.name,
    changesMax: options.changesMax ?? limits.ringChangesMax,
    replayMax: options.replayMax ?? limits.replayChangesMax,
    read: (record) => noteOf(options, record),
  });

/** Throws only what trying again can help with. */
async function noteOf(
  { codec, logger }: FeedOptions,
  { topic, partition, offset, value }: LogRecord,
): Promise<ChangeNoted | null> {
  try {
    const unknown = codec.needs(value);
    if (unknown !== null) await codec.learn(unknown);
    // The topic holds nothing else; the catalogue ties the type to the data.
    return codec.decode(topic, value).data as ChangeNoted;
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    logger.error('a change cannot be read; nobody is told', { topic, partition, offset, error });
    return null;
  }
}
