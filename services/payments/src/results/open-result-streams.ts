import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { sharePartitions } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import { openRedis, RedisDown } from '@plumbline/redis';
import * as limits from './limits.ts';
import type { PumpView } from './pump.ts';
import { startPump } from './pump.ts';
import type { RedisStreams } from './redis-streams.ts';
import { createRedisStreams } from './redis-streams.ts';
import type { StreamEntry } from './stream-entry.ts';
import { streamNames } from './stream-entry.ts';

export interface ResultStreamsOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly redisUrl: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly partitions: number;
  /** An entry is gone after so long, whoever has not read it, ms. */
  readonly keepMs: number;
  /** An entry stays at least so long, whoever has read it, ms. */
  readonly minMs: number;
  readonly nowMs: () => number;
  /** Between two trims, ms. */
  readonly trimEveryMs?: number;
}

export interface ResultStreams {
  /** The partitions of this process. */
  views(): readonly PumpView[];
  /** Always well: payments do not need Redis. The detail says what the streams wait for. */
  health(): { readonly ok: true; readonly detail: string };
  close(): Promise<void>;
}

/** Processes that fill the streams share the partitions of the results under this name. */
export const groupId = 'result-streams';

/**
 * Contract 4's streams in Redis, filled from the log and trimmed. Returns at once, and waits in the
 * background, for ever, for Redis, Kafka and the registry.
 */
export function openResultStreams(options: ResultStreamsOptions): ResultStreams {
  const { log, codec, partitions, keepMs, nowMs } = options;
  const logger = options.logger.child({ group: groupId });
  // A connection of its own: a script with many entries must not hold up somebody's rate limit.
  const redis = openRedis({
    ...{ url: options.redisUrl, logger, connectionName: 'plumbline-result-streams' },
    commandTimeoutMs: limits.scriptTimeoutMs,
  });
  const streams = createRedisStreams(redis);
  const measured = measurementsOf(options.metrics, () => views());
  const shared = sharePartitions({
    ...{ log, groupId, topics: [topics.resultsEvents.name], partitions, logger },
    retryMs: limits.retryMs,
    prepare: () => Promise.resolve(),
    isFinal: () => false,
    start: (partition) =>
      startPump({ partition, log, codec, streams, logger, keepMs, nowMs, ...measured }),
  });
  const views = (): readonly PumpView[] => [...shared.works().values()].map((pump) => pump.view());
  const trimming = startTrimming(options, {
    ...{ streams, logger, trimmed: measured.trimmed },
    isMine: () => shared.works().has(0),
  });

  return {
    views,
    health: () => ({ ok: true, detail: detailOf(shared.problem(), views()) }),
    async close() {
      await trimming.stop();
      await shared.close();
      await redis.close();
    },
  };
}

function detailOf(problem: string | null, views: readonly PumpView[]): string {
  if (problem !== null) return problem;
  const failed = views.find(({ status }) => status === 'failed');
  const waiting = failed ?? views.find(({ status }) => status !== 'running');
  if (waiting === undefined) return `${views.length} partitions`;
  return `partition ${waiting.partition} ${waiting.status}: ${waiting.problem ?? 'not yet begun'}`;
}

/** Whoever has the first partition trims; twice at once would do no harm. */
function startTrimming(
  { keepMs, minMs, trimEveryMs = limits.trimEveryMs }: ResultStreamsOptions,
  by: {
    readonly streams: RedisStreams;
    readonly logger: Logger;
    readonly trimmed: (stream: string, entries: number) => void;
    readonly isMine: () => boolean;
  },
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const isStopped = (): boolean => signal.aborted;

  async function trimAll(): Promise<void> {
    for (const stream of streamNames)
      by.trimmed(stream, await by.streams.trim(stream, { keepMs, minMs }));
  }

  async function run(): Promise<void> {
    while (!isStopped()) {
      try {
        await sleep(trimEveryMs, undefined, { signal });
        if (by.isMine()) await trimAll();
      } catch (error) {
        if (error instanceof RedisDown) continue;
        if (!isStopped()) by.logger.error('the result streams cannot be trimmed', { error });
      }
    }
  }

  const finished = run();
  return {
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

function measurementsOf(metrics: Metrics, views: () => readonly PumpView[]) {
  const appended = metrics.counter({
    name: 'plumbline_result_streams_appended_total',
    help: 'Entries added to the result streams in Redis',
    labels: ['stream'],
  });
  const trimmed = metrics.counter({
    name: 'plumbline_result_streams_trimmed_total',
    help: 'Entries removed from the result streams in Redis',
    labels: ['stream'],
  });
  const leftOut = metrics.counter({
    name: 'plumbline_result_streams_left_out_total',
    help: 'Records of the results that could not be read',
  });
  metrics.gauge({
    name: 'plumbline_result_streams_lag_records',
    help: 'Committed results that this process has yet to bring to Redis',
    read: () => views().reduce((sum, { lagRecords }) => sum + Number(lagRecords ?? 0n), 0),
  });
  metrics.gauge({
    name: 'plumbline_result_streams_stopped',
    help: 'Partitions of this process that wait for something, or for a person',
    read: () => views().filter(({ status }) => status !== 'running').length,
  });
  return {
    appended(entries: readonly StreamEntry[]) {
      for (const stream of streamNames) {
        const added = entries.filter((entry) => entry.stream === stream).length;
        if (added > 0) appended.inc({ stream }, added);
      }
    },
    trimmed: (stream: string, entries: number) => trimmed.inc({ stream }, entries),
    leftOut: () => leftOut.inc(),
  };
}
