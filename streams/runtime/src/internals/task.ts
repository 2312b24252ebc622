import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import { UnknownSchemaId } from '@plumbline/events';
import type { Fetched, Log, LogReader, TransactionalProducer } from '@plumbline/kafka';
import { Fenced, pacedFetch } from '@plumbline/kafka';
import { InvariantViolation } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import { limits } from '../limits.ts';
import type { TaskInfo, Topology } from '../topology.ts';
import type { Batch, Engine, PendingBatch } from './engine.ts';
import { createEngine } from './engine.ts';
import { TaskStopped, refuseLostState, restoreState, startPositions } from './restore.ts';
import { createTaskState } from './task-state.ts';

/**
 *   starting ──► restoring ──► running ──► stopped
 *      ▲            │             │
 *      └── back-off ┴─── retry ◄──┤ (unclear commit, broker or registry away)
 *                                 ├──► fenced   (another owner: waits, then asks the group)
 *                                 └──► failed   (a person is needed)
 */
export type TaskStatus = 'starting' | 'restoring' | 'running' | 'fenced' | 'failed' | 'stopped';

/** What a task tells about itself, for metrics and readiness. */
export interface TaskView {
  readonly partition: number;
  readonly status: TaskStatus;
  /** Why, when it failed. */
  readonly problem: string | null;
  readonly lagRecords: bigint;
  readonly frontierMs: number | null;
  readonly timers: number;
}

/** Called after things happened; must not throw. */
export interface TaskObserver {
  committed?(event: { batch: Batch; transactionMs: number; timerLateMs: number | null }): void;
  restored?(event: { records: number; elapsedMs: number }): void;
}

export interface Task {
  view(): TaskView;
  /** Finishes or abandons the transaction at hand, then lets go of everything. */
  stop(): Promise<void>;
}

export interface TaskOptions {
  readonly topology: Topology;
  readonly task: TaskInfo;
  readonly log: Log;
  readonly codec: Codec;
  readonly logger: Logger;
  readonly observer?: TaskObserver;
  /** Heartbeats now: does this process still own the partition? Asked before fencing again. */
  stillMine(): Promise<boolean>;
}

export function startTask(options: TaskOptions): Task {
  const { topology, task, log, codec, observer } = options;
  const logger = options.logger.child({ topology: topology.name, partition: task.partition });
  const stopping = new AbortController();
  let status: TaskStatus = 'starting';
  let problem: string | null = null;
  let engine: Engine | null = null;
  let timers = (): number => 0;
  let reader: LogReader | null = null;
  /** Since when something is taken that nobody waits for. */
  let lazySinceMs: number | null = null;

  const isStopped = (): boolean => stopping.signal.aborted;

  /** Fence, restore, run; returns when stopped, throws when something broke. */
  async function attempt(): Promise<void> {
    status = 'starting';
    problem = null;
    lazySinceMs = null;
    const transactionalId = `${topology.name}-${task.partition}`;
    const producer = await log.openTransactionalProducer({ transactionalId });
    try {
      status = 'restoring';
      const state = createTaskState(topology.stores);
      const startedAt = performance.now();
      const { records } = await restoreState({ log, topology, task, state, isStopped });
      observer?.restored?.({ records, elapsedMs: performance.now() - startedAt });
      if (isStopped()) return;
      await refuseLostState({ log, topology, task, state });
      const positions = await startPositions({ log, topology, task, state });
      const running = createEngine({ topology, task, codec, state, positions });
      engine = running;
      timers = () => state.timers.size;
      const from = [...positions].map(([topic, { offset }]) => ({
        ...{ topic, offset },
        partition: task.partition,
      }));
      const opened = await log.openReader({ from, isolation: 'read_committed' });
      reader = opened;
      status = 'running';
      logger.info('task runs', { restoredRecords: records });
      await loop(running, opened, producer);
    } finally {
      engine = null;
      await reader?.close();
      reader = null;
      await producer.close();
    }
  }

  async function loop(
    running: Engine,
    opened: LogReader,
    producer: TransactionalProducer,
  ): Promise<void> {
    const fetch = pacedFetch(opened, topology.paceMs);
    const commit = committer(producer);
    let pending = fetchNext(running, fetch);
    while (!isStopped()) {
      for (const fetched of await pending) running.offer(fetched);
      // The next fetch is under way while this one's records are decided and committed.
      pending = fetchNext(running, fetch);
      await drain(running, commit);
    }
  }

  function fetchNext(running: Engine, fetch: LogReader['fetch']): Promise<readonly Fetched[]> {
    const wants = running.wants();
    if (wants.length === 0) return Promise.resolve([]);
    const fetching = fetch({ maxWaitMs: waitMs(running) }, wants);
    // It may fail while a transaction is being committed, long before anybody awaits it.
    fetching.catch(() => undefined);
    return fetching;
  }

  /** An idle fetch ends when the next timer is due, so that its answer lets the timer fire. */
  function waitMs(running: Engine): number {
    const due = running.nextTimerMs();
    const now = log.brokerNowMs();
    if (due === null || now === null) return limits.idleFetchWaitMs;
    return Math.min(limits.idleFetchWaitMs, Math.max(1, due - now));
  }

  async function drain(running: Engine, commit: (batch: Batch) => Promise<void>): Promise<void> {
    let unknownSchemas = new Set<number>();
    while (!isStopped()) {
      running.advance(unknownSchemas);
      unknownSchemas = new Set();
      if (isDue(running.pending())) {
        await commit(running.finish());
        continue;
      }
      const schema = running.missingSchema();
      if (schema === null) return;
      if (!(await learn(schema))) unknownSchemas = new Set([schema]);
    }
  }

  /** Outputs are committed at once; what only we remember, with the next of them or now and then. */
  function isDue(pending: PendingBatch | null): boolean {
    if (pending === null) return false;
    if (pending.hasOutputs || pending.isFull) return true;
    lazySinceMs ??= performance.now();
    return performance.now() - lazySinceMs >= limits.lazyCommitMs;
  }

  function committer(producer: TransactionalProducer) {
    return async (batch: Batch): Promise<void> => {
      const startedAt = performance.now();
      await producer.transact(batch.outputs);
      lazySinceMs = null;
      const now = log.brokerNowMs();
      const due = batch.oldestDueMs;
      const timerLateMs = due === null || now === null ? null : Math.max(0, now - due);
      observer?.committed?.({ batch, transactionMs: performance.now() - startedAt, timerLateMs });
    };
  }

  /** True when the schema is known now, false when the registry says that there is none. */
  async function learn(schemaId: number): Promise<boolean> {
    for (let warned = false; !isStopped();) {
      try {
        await codec.learn(schemaId);
        return true;
      } catch (error) {
        if (error instanceof UnknownSchemaId) return false;
        if (!warned) logger.warn('a schema cannot be fetched; waiting', { schemaId, error });
        warned = true;
        await pause(limits.schemaRetryMs);
      }
    }
    return true;
  }

  const pause = (ms: number): Promise<unknown> =>
    sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  async function run(): Promise<void> {
    let backoffMs: number = limits.restartBackoffMs.first;
    while (!isStopped()) {
      const startedAt = performance.now();
      try {
        await attempt();
      } catch (error) {
        if (isStopped()) break;
        if (error instanceof TaskStopped || error instanceof InvariantViolation) {
          status = 'failed';
          problem = error.message;
          logger.error('task stopped; a person is needed', { error });
          return;
        }
        if (error instanceof Fenced) {
          // Not mine any more. Taking it back at once would fence the new owner, who would do the
          // same. Only whoever is still a member after a session's length was fenced by nobody but
          // the broker's transaction time-out.
          status = 'fenced';
          problem = error.message;
          logger.warn('fenced by another owner', { error });
          await pause(limits.fencedPauseMs);
        } else {
          logger.warn('task starts over', { error });
        }
      }
      if (isStopped()) break;
      if (performance.now() - startedAt > 10_000) backoffMs = limits.restartBackoffMs.first;
      await pause(backoffMs);
      backoffMs = Math.min(backoffMs * 2, limits.restartBackoffMs.max);
      while (!isStopped() && !(await options.stillMine().catch(() => false))) {
        await pause(limits.restartBackoffMs.max);
      }
    }
    status = 'stopped';
  }

  const finished = run();

  return {
    view: () => ({
      partition: task.partition,
      status,
      problem,
      lagRecords: (engine?.inputs ?? []).reduce((sum, input) => sum + input.lag(), 0n),
      frontierMs: finiteOrNull(engine?.frontierMs()),
      timers: timers(),
    }),
    async stop() {
      stopping.abort();
      await reader?.close();
      await Promise.race([finished, sleep(limits.stopMs, undefined, { ref: false })]);
      if (status === 'running') status = 'stopped';
    },
  };
}

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
