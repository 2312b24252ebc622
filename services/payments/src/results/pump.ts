import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, ResultsEvent } from '@plumbline/events';
import { topics, UnknownSchemaId } from '@plumbline/events';
import type { Fetched, Log, LogReader, LogRecord } from '@plumbline/kafka';
import { offsetAtTime, pacedFetch } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import { decodeRecord } from '@plumbline/postgres';
import * as limits from './limits.ts';
import type { RedisStreams, StreamPosition } from './redis-streams.ts';
import { isSamePosition, positionsKey } from './redis-streams.ts';
import type { StreamEntry } from './stream-entry.ts';
import { entryOf } from './stream-entry.ts';

/**
 *   starting ──► running ──► stopped
 *      ▲            │
 *      ├─ moved ◄───┤  (Redis stands elsewhere: flushed, restored, or somebody else was here)
 *      ├─ waiting ◄─┤  (Redis, Kafka or the registry away: tried again for ever)
 *      └─ failed ◄──┘  (a person is needed; looked at again until it is mended)
 */
export type PumpStatus = 'starting' | 'running' | 'waiting' | 'failed' | 'stopped';

export interface PumpView {
  readonly partition: number;
  readonly status: PumpStatus;
  /** Why it waits or failed. */
  readonly problem: string | null;
  /** Committed records not yet in the streams; `null` until the log was asked. */
  readonly lagRecords: bigint | null;
}

export interface Pump {
  view(): PumpView;
  /** Finishes the script at hand. */
  stop(): Promise<void>;
}

export interface PumpOptions {
  readonly partition: number;
  readonly log: Log;
  readonly codec: Codec;
  readonly streams: RedisStreams;
  readonly logger: Logger;
  /** How far back a Redis that knows nothing is told again. */
  readonly keepMs: number;
  readonly nowMs: () => number;
  /** What is in the streams now. */
  readonly appended: (entries: readonly StreamEntry[]) => void;
  /** Records that are no results, and were left out. */
  readonly leftOut: () => void;
}

/** The position in Redis does not fit the log. The message says what to do. */
class PumpStopped extends Error {
  override readonly name = 'PumpStopped';
}

const topic = topics.resultsEvents.name;

/**
 * Brings one partition of the results into the streams, in order. Where it stands is asked of Redis
 * and moved in the step that adds the entries, so that neither a kill at any point nor a second pump
 * of the same partition adds one twice while Redis keeps what it has; and when it has not kept it,
 * the log is told again.
 */
export function startPump(options: PumpOptions): Pump {
  const { partition, log } = options;
  const at = { topic, partition };
  const logger = options.logger.child({ partition });
  const stopping = new AbortController();
  const isStopped = (): boolean => stopping.signal.aborted;
  let status: PumpStatus = 'starting';
  let problem: string | null = null;
  let reader: LogReader | null = null;
  let lagRecords: bigint | null = null;

  /** Returns when Redis stands elsewhere, or at a stop. */
  async function attempt(): Promise<void> {
    const from = await startOf(options);
    const opened = await log.openReader({
      from: [{ ...at, offset: from.nextOffset }],
      isolation: 'read_committed',
    });
    reader = opened;
    try {
      if (!isStopped())
        await follow({ ...options, logger }, opened, from, (lag) => {
          lagRecords = lag ?? lagRecords;
          status = 'running';
          problem = null;
          return !isStopped();
        });
    } finally {
      reader = null;
      await opened.close();
    }
  }

  async function run(): Promise<void> {
    let backoffMs: number = limits.retryMs.first;
    while (!isStopped()) {
      let waitMs: number = limits.movedWaitMs;
      try {
        await attempt();
        backoffMs = limits.retryMs.first;
      } catch (error) {
        if (isStopped()) break;
        const next = error instanceof PumpStopped ? 'failed' : 'waiting';
        if (status !== next) {
          if (next === 'failed') logger.error('results stopped; a person is needed', { error });
          else logger.warn('results wait, and are tried again', { error });
          if (status === 'running') backoffMs = limits.retryMs.first;
        }
        problem = error instanceof Error ? error.message : String(error);
        status = next;
        waitMs = backoffMs;
        backoffMs = Math.min(backoffMs * 2, limits.retryMs.max);
      }
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    status = 'stopped';
  }

  const finished = run();
  return {
    view: () => ({ partition, status, problem, lagRecords }),
    async stop() {
      stopping.abort();
      await reader?.close();
      await finished;
    },
  };
}

/**
 * Goes on for as long as Redis stands where this pump left it, and as its caller says so, who is told
 * how many records wait each time that something was looked for.
 */
async function follow(
  options: PumpOptions,
  reader: LogReader,
  from: StartPosition,
  goesOn: (lagRecords: bigint | null) => boolean,
): Promise<void> {
  const { partition, streams, logger } = options;
  const { incarnation } = from;
  const fetch = pacedFetch(reader, { paceMs: limits.fetchPaceMs });
  let held = from.held;
  let askedAtMs = performance.now();

  function stands(now: StreamPosition | null, expected: StreamPosition | null): boolean {
    if (isSamePosition(now, expected)) return true;
    if (now === null) logger.warn('Redis lost the results; they are told again', { expected });
    else logger.info('the results stand elsewhere in Redis', { expected, now });
    return false;
  }

  for (let goOn = true; goOn;) {
    const fetched = await fetch({
      maxWaitMs: limits.fetchWaitMs,
      maxBytesPerPartition: limits.fetchBytes,
    });
    for (const records of chunksOf(fetched)) {
      const entries = await entriesOf(records, options, incarnation);
      const to = { incarnation, nextOffset: (records.at(-1)?.offset ?? 0n) + 1n };
      const { added, position } = await streams.append({ partition, from: held, to, entries });
      if (added) options.appended(entries);
      if (!stands(position, to)) return;
      held = to;
      askedAtMs = performance.now();
    }
    if (performance.now() - askedAtMs >= limits.checkEveryMs) {
      if (!stands(await streams.position(partition), held)) return;
      askedAtMs = performance.now();
    }
    goOn = goesOn(lagOf(fetched));
  }
}

interface StartPosition extends StreamPosition {
  /** What Redis says; `null` when it knows nothing, and the log is read from some time ago. */
  readonly held: StreamPosition | null;
}

/** Errors: {@link PumpStopped} when the position belongs to another log or lies outside of it. */
async function startOf(options: PumpOptions): Promise<StartPosition> {
  const { log, partition, streams, keepMs, nowMs } = options;
  const at = { topic, partition };
  const [described] = await log.describeTopics([topic]);
  if (described === undefined) throw new PumpStopped(`${topic} is not there`);
  const { incarnation } = described;
  const held = await streams.position(partition);
  if (held === null) {
    const nextOffset = await offsetAtTime(log, at, nowMs() - keepMs);
    return { incarnation, nextOffset, held };
  }
  const where = `the result streams in Redis stand at offset ${held.nextOffset} of ${topic}-${partition}`;
  const advice = `restore the topic, or have them told again: redis-cli DEL ${positionsKey}`;
  if (held.incarnation !== incarnation)
    throw new PumpStopped(
      `${where} in log ${held.incarnation}, but the topic is now ${incarnation}: it was made anew or imported, or another platform writes to this Redis; ${advice}`,
    );
  const { logStartOffset, highWatermark } = await log.ends(at);
  if (held.nextOffset < logStartOffset || held.nextOffset > highWatermark)
    throw new PumpStopped(
      `${where}, which now holds ${logStartOffset} to ${highWatermark}; ${advice}`,
    );
  return { ...held, held };
}

function* chunksOf(fetched: readonly Fetched[]): Generator<readonly LogRecord[]> {
  const records = fetched.flatMap((each) => each.records);
  for (let at = 0; at < records.length; at += limits.entriesPerScript)
    yield records.slice(at, at + limits.entriesPerScript);
}

/** Only the task of the results writes to their topic: what is unreadable there is none of them. */
async function entriesOf(
  records: readonly LogRecord[],
  { codec, logger, leftOut }: PumpOptions,
  incarnation: string,
): Promise<readonly StreamEntry[]> {
  const entries: StreamEntry[] = [];
  for (const record of records) {
    const schemaId = codec.needs(record.value);
    if (schemaId !== null) await codec.learn(schemaId).catch(unlessUnknown);
    const { decoded, fault } = decodeRecord(codec, record, incarnation);
    if (decoded === null) {
      leftOut();
      const { partition, offset } = record;
      logger.error('a record is no result and is left out', { topic, partition, offset, ...fault });
    } else {
      // The codec has checked that nothing else stands in the topic.
      entries.push(entryOf(decoded.payload as ResultsEvent, decoded.envelope));
    }
  }
  return entries;
}

/** Decoding says so of the record itself; a registry that is away is waited for. */
function unlessUnknown(error: unknown): void {
  if (!(error instanceof UnknownSchemaId)) throw error;
}

/** `null` when no answer of the partition came this time. */
function lagOf(fetched: readonly Fetched[]): bigint | null {
  const newest = fetched.at(-1);
  if (newest === undefined) return null;
  const { nextOffset, lastStableOffset } = newest;
  return lastStableOffset > nextOffset ? lastStableOffset - nextOffset : 0n;
}
