import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import type { Fetched, Log, LogReader } from '@plumbline/kafka';
import { pacedFetch, systemClock } from '@plumbline/kafka';
import { InvariantViolation } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import type { BatchResult } from './apply-batch.ts';
import { applyBatch } from './apply-batch.ts';
import type { DeadLetterWriter } from './dead-letters.ts';
import { decodeRecord, learnSchemas } from './decode-record.ts';
import { ProjectionStopped } from './errors.ts';
import * as limits from './limits.ts';
import { migrateProjection } from './migrate-projection.ts';
import type { Postgres } from './open-postgres.ts';
import type { Advance, ProjectionPosition } from './positions.ts';
import { LostRace, startPositions } from './positions.ts';
import type { Projection } from './projection.ts';
import { schemaOf } from './projection.ts';

/**
 *   starting ──► running ──► stopped
 *      ▲            │
 *      └─ waiting ◄─┤  (Postgres, Kafka or the registry away: tried again for ever)
 *                   └──► failed  (a person is needed)
 */
export type ProjectionTaskStatus = 'starting' | 'running' | 'waiting' | 'failed' | 'stopped';

export interface ProjectionTaskView {
  readonly partition: number;
  readonly status: ProjectionTaskStatus;
  /** Why it waits or failed. */
  readonly problem: string | null;
  /** Committed records not yet folded, over all inputs; `null` until the log was asked. */
  readonly lagRecords: bigint | null;
  /** Everything appended before this time, epoch ms, is folded; `null` while unknown. */
  readonly frontierMs: number | null;
}

export interface ProjectionTask {
  view(): ProjectionTaskView;
  /** Finishes the SQL transaction at hand. */
  stop(): Promise<void>;
}

export interface ProjectionTaskOptions {
  readonly projection: Projection;
  readonly partition: number;
  readonly log: Log;
  readonly codec: Codec;
  readonly postgres: Postgres;
  readonly deadLetters: DeadLetterWriter;
  readonly logger: Logger;
  readonly folded: (event: { readonly result: BatchResult; readonly elapsedMs: number }) => void;
}

/** What is known of one input. */
interface InputState {
  readonly incarnation: string;
  /** As it stands in Postgres. */
  storedOffset: bigint;
  /** Behind the markers that brought no record, too. */
  readOffset: bigint;
  lastStableOffset: bigint | null;
  timeMs: number;
  drainedUntilMs: number | null;
}

/** Folds one partition number of all inputs. */
export function startProjectionTask(options: ProjectionTaskOptions): ProjectionTask {
  const { projection, partition, log, codec, postgres } = options;
  const schema = schemaOf(projection);
  const logger = options.logger.child({ projection: schema, partition });
  const stopping = new AbortController();
  const { signal } = stopping;
  let status: ProjectionTaskStatus = 'starting';
  let problem: string | null = null;
  let reader: LogReader | null = null;
  let inputs = new Map<string, InputState>();
  let storedAtMs = performance.now();

  const isStopped = (): boolean => signal.aborted;

  async function attempt(): Promise<void> {
    await migrateProjection({ postgres, projection });
    const positions = await startPositions({ postgres, log, projection, partition });
    inputs = new Map(positions.map((position) => [position.topic, inputOf(position)]));
    const from = positions.map(({ topic, nextOffset }) => ({
      ...{ topic, partition },
      offset: nextOffset,
    }));
    const opened = await log.openReader({ from, isolation: 'read_committed' });
    reader = opened;
    try {
      signal.throwIfAborted();
      await loop(opened);
    } finally {
      reader = null;
      await opened.close();
    }
  }

  async function loop(opened: LogReader): Promise<void> {
    const fetch = pacedFetch(opened, { paceMs: projection.paceMs ?? limits.fetchPaceMs });
    const next = (): Promise<readonly Fetched[]> => {
      const fetching = fetch({
        maxWaitMs: limits.fetchWaitMs,
        maxBytesPerPartition: limits.fetchBytesPerTopic,
      });
      // It may fail while a batch is being folded, long before anybody awaits it.
      fetching.catch(() => undefined);
      return fetching;
    };
    let pending = next();
    while (!isStopped()) {
      const fetched = await pending;
      // The next fetch is under way while this one's records are folded.
      pending = next();
      await fold(fetched);
      status = 'running';
      problem = null;
    }
  }

  async function fold(fetched: readonly Fetched[]): Promise<void> {
    const records = fetched.flatMap((each) => each.records);
    const advances = fetched.flatMap((each) => advanceOf(inputs, each));
    const idle = records.length === 0 && performance.now() - storedAtMs < limits.idlePositionMs;
    let folded: Parameters<typeof options.folded>[0] | null = null;
    if (advances.length > 0 && !idle) {
      const startedAt = performance.now();
      await learnSchemas({ codec, records, logger, signal });
      await systemClock.turn();
      const incoming = records.map((record) =>
        decodeRecord(codec, record, inputAt(inputs, record.topic).incarnation),
      );
      const result = await applyBatch({
        ...{ postgres, projection, schema },
        batch: { advances, records: incoming },
        bury: (poisoned) => options.deadLetters.write(poisoned),
      });
      storedAtMs = performance.now();
      for (const step of advances) inputAt(inputs, step.topic).storedOffset = step.to;
      folded = { result, elapsedMs: storedAtMs - startedAt };
      if (result.poisoned > 0) logger.error('records went to the dead letters', { ...result });
    }
    for (const each of fetched) observe(inputAt(inputs, each.topic), each);
    if (folded !== null) options.folded(folded);
  }

  async function run(): Promise<void> {
    let backoffMs: number = limits.retryMs.first;
    while (!isStopped()) {
      const startedAt = performance.now();
      try {
        await attempt();
      } catch (error) {
        if (isStopped()) break;
        // The other owner's step is as good as ours: read where it stands and go on.
        if (error instanceof LostRace) {
          await sleep(limits.lostRaceMs);
          continue;
        }
        problem = error instanceof Error ? error.message : String(error);
        if (error instanceof ProjectionStopped || error instanceof InvariantViolation) {
          status = 'failed';
          logger.error('projection stopped; a person is needed', { error });
          return;
        }
        if (status !== 'waiting') logger.warn('projection waits and tries again', { error });
        status = 'waiting';
      }
      if (performance.now() - startedAt > 2 * limits.retryMs.max) backoffMs = limits.retryMs.first;
      await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, limits.retryMs.max);
    }
    status = 'stopped';
  }

  const finished = run();
  return {
    view: () => ({ partition, status, problem, ...progressOf([...inputs.values()]) }),
    async stop() {
      stopping.abort();
      await reader?.close();
      await finished;
    },
  };
}

const inputOf = (position: ProjectionPosition): InputState => ({
  incarnation: position.incarnation,
  storedOffset: position.nextOffset,
  readOffset: position.nextOffset,
  lastStableOffset: null,
  timeMs: position.timeMs,
  drainedUntilMs: null,
});

function inputAt(inputs: ReadonlyMap<string, InputState>, topic: string): InputState {
  const input = inputs.get(topic);
  if (input === undefined) throw new InvariantViolation(`${topic} is no input`);
  return input;
}

function advanceOf(inputs: ReadonlyMap<string, InputState>, fetched: Fetched): readonly Advance[] {
  const { topic, partition, nextOffset: to } = fetched;
  const { incarnation, storedOffset: from } = inputAt(inputs, topic);
  const timeMs = Math.max(0, ...fetched.records.map((record) => record.timestampMs));
  return to === from ? [] : [{ topic, partition, incarnation, from, to, timeMs }];
}

function observe(input: InputState, fetched: Fetched): void {
  input.readOffset = fetched.nextOffset;
  input.lastStableOffset = fetched.lastStableOffset;
  for (const { timestampMs } of fetched.records) input.timeMs = Math.max(input.timeMs, timestampMs);
  const drained =
    fetched.nextOffset >= fetched.lastStableOffset &&
    fetched.lastStableOffset === fetched.highWatermark;
  if (drained && fetched.sentAtBrokerMs !== null) input.drainedUntilMs = fetched.sentAtBrokerMs;
}

function progressOf(
  inputs: readonly InputState[],
): Pick<ProjectionTaskView, 'lagRecords' | 'frontierMs'> {
  let lagRecords: bigint | null = inputs.length === 0 ? null : 0n;
  let frontierMs: number | null = null;
  for (const input of inputs) {
    const { lastStableOffset, readOffset } = input;
    if (lastStableOffset === null) lagRecords = null;
    else if (lagRecords !== null && lastStableOffset > readOffset) {
      lagRecords += lastStableOffset - readOffset;
    }
    const reached = Math.max(input.timeMs, input.drainedUntilMs ?? 0);
    frontierMs = Math.min(frontierMs ?? reached, reached);
  }
  return { lagRecords, frontierMs: frontierMs === 0 ? null : frontierMs };
}
