import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertsEvent, Codec } from '@plumbline/events';
import { decodeEnvelope, topics } from '@plumbline/events';
import type { FeedPosition, Log, LogReader, LogRecord } from '@plumbline/kafka';
import {
  feedTagOf,
  formatFeedPosition,
  parseFeedPosition,
  PositionOutOfRange,
  Unavailable,
} from '@plumbline/kafka';
import type { AlertFilter, AlertsFrom, ToldAlert } from './alert.ts';
import { passes, PositionLost } from './alert.ts';
import * as limits from './limits.ts';

export interface AlertsFromLogOptions {
  readonly log: Pick<Log, 'describeTopics' | 'ends' | 'openReader'>;
  readonly codec: Codec;
  readonly from: AlertsFrom;
  readonly filter?: AlertFilter;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Kafka is away; it is tried again for as long as it takes. Called once each time. */
  readonly onAway?: (error: Error) => void;
}

const { name: topic } = topics.alertsEvents;

/**
 * Alerts from Kafka, committed ones only, in the order of each order number, for ever:
 *
 *   for await (const told of alertsFromLog({ log, codec, from: { after: kept }, signal })) {
 *     await handle(told);        // may see one again after a crash: told.eventId says so
 *     await keep(told.position); // after the work
 *   }
 *
 * Each one has a reader of its own, so that two that run beside each other are told the same; share
 * the work by `filter`. Errors: {@link PositionLost}; Undecodable for a record that is none of ours.
 */
export async function* alertsFromLog(
  options: AlertsFromLogOptions,
): AsyncGenerator<ToldAlert, void, undefined> {
  const { log, codec, filter = {}, signal } = options;
  const { tag, offsets: begun } = await beginOf(log, options.from);
  const offsets = [...begun];
  const behind = (record: LogRecord): string => {
    offsets[record.partition] = record.offset + 1n;
    return formatFeedPosition(tag, offsets);
  };
  let reader: LogReader | null = null;
  try {
    for (let failed = 0; !signal.aborted;) {
      try {
        reader ??= await log.openReader({
          from: offsets.map((offset, partition) => ({ topic, partition, offset })),
          isolation: 'read_committed',
        });
        const fetched = await reader.fetch({ maxWaitMs: limits.fetchWaitMs });
        failed = 0;
        for (const { partition, records, nextOffset } of fetched) {
          for (const record of records) {
            const told = await toldOf(codec, record, behind);
            if (told !== null && passes(filter, told.event)) yield told;
            if (isOver(signal)) return;
          }
          offsets[partition] = nextOffset;
        }
      } catch (error) {
        if (error instanceof PositionOutOfRange) throw lost(error);
        if (!(error instanceof Unavailable)) throw error;
        if (failed === 0) options.onAway?.(error);
        failed += 1;
        void reader?.close().catch(() => undefined);
        reader = null;
        await pause(failed, signal);
      }
    }
  } finally {
    await reader?.close().catch(() => undefined);
  }
}

/** It may have been ended while the step was worked on. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

const lost = (cause: unknown): PositionLost =>
  new PositionLost('the position is of another log, or of what was deleted; begin anew', { cause });

async function beginOf(log: AlertsFromLogOptions['log'], from: AlertsFrom): Promise<FeedPosition> {
  const [described] = await log.describeTopics([topic]);
  const tag = feedTagOf(described?.incarnation ?? '');
  const partitions = described?.partitions ?? 0;
  if (typeof from === 'object') {
    const position = parseFeedPosition(from.after);
    if (position?.tag !== tag || position.offsets.length !== partitions) throw lost(null);
    return position;
  }
  const ends = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => log.ends({ topic, partition })),
  );
  const offsets = ends.map(({ logStartOffset, lastStableOffset }) =>
    from === 'beginning' ? logStartOffset : lastStableOffset,
  );
  return { tag, offsets };
}

async function toldOf(
  codec: Codec,
  record: LogRecord,
  behind: (record: LogRecord) => string,
): Promise<ToldAlert | null> {
  const { partition, offset, timestampMs: appendedMs, value, headers } = record;
  const position = behind(record);
  if (value === null) return null;
  const unknown = codec.needs(value);
  if (unknown !== null) await codec.learn(unknown);
  // The catalogue ties the topic to its events.
  const event = codec.decode(topic, value) as AlertsEvent;
  if (event.type === 'RulesActivated') return null;
  const { id: eventId, timeMs, actor, correlationId, causationId } = decodeEnvelope(headers);
  return {
    ...{ event, eventId, timeMs, appendedMs, actor, correlationId, causationId },
    ...{ topic, partition, offset, position },
  };
}

const pause = (failed: number, signal: AbortSignal): Promise<void> =>
  sleep(waitMsAfter(failed, limits.reconnectMs), undefined, { signal }).catch(() => undefined);

/** Doubled with each failure up to the longest, and a part of it by chance. */
export const waitMsAfter = (
  failed: number,
  { first, most }: { readonly first: number; readonly most: number },
): number => Math.min(most, first * 2 ** Math.min(failed - 1, 10)) * (0.5 + Math.random() / 2);
