import { topics } from '@plumbline/events';
import type { EventStream, Streaming } from '@plumbline/http';
import type { FeedPosition, Log, LogFeed } from '@plumbline/kafka';
import { feedTagOf, openLogFeed } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import type { Codec } from '@plumbline/events';
import { problem } from '../http/error-codes.ts';
import { retryAfterSeconds } from '../limits.ts';
import * as limits from './limits.ts';
import { createReadPage } from './read-page.ts';
import type { Subscription } from './subscription.ts';
import { openSubscription } from './subscription.ts';
import type { AlertFilter, ToldAlert } from './told-alert.ts';
import { passes, readToldAlert } from './told-alert.ts';

/** Where a subscriber begins; `beginning` is everything that the log has. */
export type AlertsFrom = FeedPosition | 'beginning' | 'end';

/** Every subscriber of this process. */
export interface AlertStreams {
  /**
   * Who writes on the stream of one that is let in. Errors, as problems: OVERLOADED for a full process,
   * POSITION_UNKNOWN and POSITION_GONE for a position of another log and of what was deleted,
   * DEPENDENCY_DOWN while Kafka is away.
   */
  admit(from: AlertsFrom, filter: AlertFilter): Promise<(stream: EventStream) => Streaming>;
  /** How long nothing could be read, ms; 0 while it can. */
  downForMs(): number;
  close(): Promise<void>;
}

export interface AlertStreamsOptions {
  readonly log: Pick<Log, 'describeTopics' | 'ends' | 'openReader'>;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly partitions: number;
  readonly streamsMax?: number;
  readonly ringAlertsMax?: number;
  readonly waitingBytesMax?: number;
  readonly takeWithinMs?: number;
  readonly beatMs?: number;
}

const topic = topics.alertsEvents.name;
const headers = { 'Retry-After': String(retryAfterSeconds) };

/**
 * Follows the alerts once for all subscribers; who is further behind is read for by itself. They are
 * kept alive together, by one clock.
 */
export async function openAlertStreams(options: AlertStreamsOptions): Promise<AlertStreams> {
  const { log, logger, metrics, partitions } = options;
  const streamsMax = options.streamsMax ?? limits.streamsMax;
  const read = readToldAlert(options);
  const feed = await openLogFeed<ToldAlert>({
    ...{ log, logger, topic, partitions, read },
    changesMax: options.ringAlertsMax ?? limits.ringAlertsMax,
    replayMax: limits.fromMemoryMax,
  });
  const readPage = createReadPage({ log, topic, read });
  const all = new Set<Subscription>();
  const open = metrics.gauge({ name: 'plumbline_alert_streams', help: 'Streams that are open' });
  const ended = metrics.counter({
    name: 'plumbline_alert_streams_ended_total',
    help: 'Streams that this side ended',
    labels: ['code'],
  });
  open.set(0);

  function take(stream: EventStream, from: FeedPosition | null, filter: AlertFilter): Streaming {
    const subscription = openSubscription({
      ...{ stream, feed, readPage, logger, from },
      wants: (told) => passes(filter, told),
      onEnd: (code) => ended.inc({ code }),
      ...(options.waitingBytesMax === undefined
        ? {}
        : { waitingBytesMax: options.waitingBytesMax }),
      ...(options.takeWithinMs === undefined ? {} : { takeWithinMs: options.takeWithinMs }),
    });
    all.add(subscription);
    open.set(all.size);
    stream.onOver(() => {
      all.delete(subscription);
      open.set(all.size);
    });
    return subscription;
  }

  const beats = setInterval(() => {
    for (const each of all) each.beat();
  }, options.beatMs ?? limits.beatMs);

  return {
    async admit(from, filter) {
      if (all.size >= streamsMax) throw problem('OVERLOADED', undefined, { headers });
      const begin = from === 'end' ? null : await beginAt(log, partitions, feed, from);
      return (stream) => take(stream, begin, filter);
    },
    downForMs: () => feed.downForMs(),
    async close() {
      clearInterval(beats);
      for (const each of all) each.goAway();
      await feed.close();
    },
  };
}

async function beginAt(
  log: AlertStreamsOptions['log'],
  partitions: number,
  feed: LogFeed<ToldAlert>,
  from: FeedPosition | 'beginning',
): Promise<FeedPosition> {
  const [tag, ends] = await Promise.all([
    log.describeTopics([topic]).then(([described]) => feedTagOf(described?.incarnation ?? '')),
    Promise.all(
      Array.from({ length: partitions }, (_, partition) => log.ends({ topic, partition })),
    ),
  ]).catch((cause: unknown) => {
    throw problem('DEPENDENCY_DOWN', undefined, { headers, cause });
  });
  // The topic was made again a moment ago, and the feed has not noticed.
  if (tag !== feed.extent().newest.tag) {
    if (from === 'beginning' || from.tag === tag)
      throw problem('DEPENDENCY_DOWN', 'the topic was made anew; try again', { headers });
  }
  if (from === 'beginning')
    return { tag, offsets: ends.map(({ logStartOffset }) => logStartOffset) };
  const isOurs = from.tag === tag && from.offsets.length === partitions;
  const isBeyond = ends.some(({ highWatermark }, at) => (from.offsets[at] ?? 0n) > highWatermark);
  if (!isOurs || isBeyond) throw problem('POSITION_UNKNOWN');
  if (ends.some(({ logStartOffset }, at) => (from.offsets[at] ?? 0n) < logStartOffset))
    throw problem('POSITION_GONE');
  return from;
}
