import type { Codec } from '@plumbline/events';
import { UnknownSchemaId } from '@plumbline/events';
import type { Clock, Fetched, Log, LogReader, TransactionalProducer } from '@plumbline/kafka';
import { Fenced, pacedFetch, systemClock } from '@plumbline/kafka';
import { InvariantViolation, invariant } from '@plumbline/kernel';
import type { Logger } from '@plumbline/observability';
import { atStep } from '@plumbline/observability';
import { limits } from '../limits.ts';
import type { LocalStore, LocalStores } from '../state/local-store.ts';
import type { Following, TaskInfo, Topology } from '../topology.ts';
import type { Batch } from './batch-writer.ts';
import type { CopyWriter } from './copy-writer.ts';
import { createCopyWriter } from './copy-writer.ts';
import type { Engine, PendingBatch } from './engine.ts';
import { createEngine } from './engine.ts';
import { waitMs } from './fetch-wait.ts';
import type { StoreFollowing } from './follow-store.ts';
import { followStore } from './follow-store.ts';
import { hasDelays } from './input-kinds.ts';
import {
  TaskStopped,
  refuseLostState,
  refuseRestoredInput,
  restoreState,
  startPositions,
} from './restore.ts';
import type { Position } from './position.ts';
import type { TaskState } from './task-state.ts';
import { createTaskState } from './task-state.ts';
import type { ToldQueue } from './told-queue.ts';
import { createToldQueue } from './told-queue.ts';

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
  /** Committed records not yet taken. What waits only to be due does not count. */
  readonly lagRecords: bigint;
  /** By delayed input: committed records that are not due yet. */
  readonly waiting: readonly { readonly topic: string; readonly records: bigint }[];
  readonly frontierMs: number | null;
  readonly timers: number;
  /** Keys whose records wait behind a dead letter. */
  readonly parkedKeys: number;
  /** Up to where each input is committed: the next offset to take. */
  readonly committed: readonly { readonly topic: string; readonly offset: bigint }[];
}

/** Called after things happened; must not throw. */
export interface TaskObserver {
  committed?(event: {
    batch: Batch;
    transactionMs: number;
    timerLateMs: number | null;
    /** The broker's clock when the commit was known, a lower bound; null while it is not known. */
    brokerNowMs: number | null;
  }): void;
  restored?(event: { records: number; bytes: number; elapsedMs: number }): void;
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
  /** Where the task keeps its local copy of the changelog. */
  readonly localStores: LocalStores;
  readonly clock?: Clock;
  readonly following?: Following;
  /** Heartbeats now: does this process still own the partition? Asked before fencing again. */
  stillMine(): Promise<boolean>;
}

interface LoopParts {
  readonly commit: (batch: Batch) => Promise<void>;
  readonly copy: CopyWriter;
  readonly following: StoreFollowing;
  readonly told: ToldQueue;
}

export function startTask(options: TaskOptions): Task {
  const { topology, task, log, codec, observer, clock = systemClock } = options;
  const logger = options.logger.child({ topology: topology.name, partition: task.partition });
  const stopping = new AbortController();
  const delaying = hasDelays(topology);
  const fetchSize = delaying ? { maxBytesPerPartition: limits.delayedFetchBytes } : {};
  let status: TaskStatus = 'starting';
  let problem: string | null = null;
  let engine: Engine | null = null;
  let timers = (): number => 0;
  let parkedKeys = (): number => 0;
  let reader: LogReader | null = null;
  /** Since when something is taken that nobody waits for. */
  let lazySinceMs: number | null = null;
  /** Since when nothing has come. */
  let activeAtMs = 0;
  /** Positions as of the newest commit. */
  let committed: ReadonlyMap<string, Position> = new Map();

  const isStopped = (): boolean => stopping.signal.aborted;
  const who = `${topology.name}-${task.partition}`;
  const step = (name: string): void => atStep('task', who, name);

  /** Fence, restore, run; returns when stopped, throws when something broke. */
  async function attempt(): Promise<void> {
    status = 'starting';
    problem = null;
    lazySinceMs = null;
    activeAtMs = clock.nowMs();
    const producer = await log.openTransactionalProducer({ transactionalId: who });
    step('fenced');
    let local: LocalStore | null = null;
    let copy: CopyWriter | null = null;
    let following: StoreFollowing | null = null;
    const told = createToldQueue({ clock, waitMs: limits.toldWaitMs });
    try {
      local = await options.localStores.open({
        topology: topology.name,
        partition: task.partition,
      });
      const ready = await restore(local);
      if (ready === null) return;
      const { state, positions, records, incarnation } = ready;
      const running = createEngine({ topology, task, codec, state, positions, told });
      engine = running;
      timers = () => state.timers.size;
      parkedKeys = () => state.parkedCount;
      const from = [...positions].map(([topic, { offset }]) => ({
        ...{ topic, offset },
        partition: task.partition,
      }));
      const opened = await log.openReader({ from, isolation: 'read_committed' });
      reader = opened;
      status = 'running';
      step('running');
      logger.info('task runs', { restoredRecords: records });
      const stored = (): void => step('stored');
      copy = createCopyWriter({ local, state, incarnation, clock, stored });
      following = followStore({ following: options.following, task, state, told });
      await loop(running, opened, {
        ...{ copy, following, told, commit: createCommitter({ producer, state, copy }) },
      });
      await copy.finish();
    } finally {
      following?.close();
      told.close();
      engine = null;
      await reader?.close();
      reader = null;
      await copy?.idle();
      await local?.close();
      await producer.close();
    }
  }

  /** Memory as it was at the last commit; null when stopped meanwhile. */
  async function restore(local: LocalStore) {
    status = 'restoring';
    step('restoring');
    const startedAt = clock.nowMs();
    const onWiped = (why: string): void => logger.warn('the local copy is thrown away', { why });
    const { records, bytes, incarnation } = await restoreState({
      ...{ log, topology, task, local, isStopped, onWiped },
    });
    if (isStopped()) return null;
    observer?.restored?.({ records, bytes, elapsedMs: clock.nowMs() - startedAt });
    step('restored');
    await refuseLostState({ log, topology, task, local });
    await refuseRestoredInput({ log, topology, task, local });
    const state = createTaskState({ stores: topology.stores, local });
    const positions = await startPositions({ log, topology, task, state });
    committed = positions;
    return { state, positions, records, incarnation };
  }

  async function loop(running: Engine, opened: LogReader, of: LoopParts): Promise<void> {
    const fetch = pacedFetch(
      opened,
      { paceMs: topology.paceMs, busyMs: topology.busyPaceMs },
      clock,
    );
    const fetchNext = (): Promise<readonly Fetched[]> => fetchFrom(running, opened, fetch);
    let pending = fetchNext();
    while (!isStopped()) {
      const fetched = await nextOf(pending, of.told);
      const isNews = fetched === null || fetched.some(({ records }) => records.length > 0);
      if (isNews) activeAtMs = clock.nowMs();
      if (fetched !== null) {
        for (const each of fetched) running.offer(each);
        step('fetched');
        // The next fetch is under way while this one's records are decided and committed.
        pending = fetchNext();
      }
      await drain(running, of);
      of.copy.writeIfDue();
    }
  }

  /** What was fetched, or null when a follower has said something that waited long enough. */
  const nextOf = (pending: Promise<readonly Fetched[]>, told: ToldQueue) =>
    new Promise<readonly Fetched[] | null>((resolve, reject) => {
      pending.then(resolve, reject);
      told.whenDue(() => resolve(null));
    });

  function fetchFrom(
    running: Engine,
    opened: Pick<LogReader, 'stampMs'>,
    fetch: LogReader['fetch'],
  ): Promise<readonly Fetched[]> {
    const wants = running.wants();
    const now = { brokerMs: log.brokerNowMs(), stampMs: opened.stampMs() };
    const maxWaitMs = waitMs(running, { ...now, mayBeTold: mayBeTold() });
    if (wants.length === 0) return delaying ? untilDue(maxWaitMs) : Promise.resolve([]);
    const fetching = fetch({ maxWaitMs, ...fetchSize }, wants);
    // It may fail while a transaction is being committed, long before anybody awaits it.
    fetching.catch(() => undefined);
    return fetching;
  }

  /** A follower says something when it is done with what a record began. */
  const mayBeTold = (): boolean =>
    options.following !== undefined && clock.nowMs() - activeAtMs < limits.followerBusyMs;

  /** Every buffer is full of what waits: there is nothing to fetch, and yet something to wait for. */
  async function untilDue(ms: number): Promise<readonly Fetched[]> {
    await pause(ms);
    return [];
  }

  async function drain(running: Engine, { commit, following, told }: LoopParts): Promise<void> {
    let unknownSchemas = new Set<number>();
    while (!isStopped()) {
      // A full batch takes 100 ms where a decision is dear, and every task of a process may have one.
      await clock.turn();
      running.advance(log.brokerNowMs(), unknownSchemas);
      following.folded();
      unknownSchemas = new Set();
      if (isDue(running.pending(), following)) {
        await commit(running.finish());
        following.committed();
        told.committed();
        continue;
      }
      const schema = running.missingSchema();
      if (schema === null) return;
      if (!(await learn(schema))) unknownSchemas = new Set([schema]);
    }
  }

  /** Outputs are committed at once; what only we remember, with the next of them or now and then. */
  function isDue(pending: PendingBatch | null, following: StoreFollowing): boolean {
    if (pending === null) return false;
    if (pending.hasOutputs || pending.isFull || following.awaitsCommit()) return true;
    lazySinceMs ??= clock.nowMs();
    return clock.nowMs() - lazySinceMs >= limits.lazyCommitMs;
  }

  /** One batch: committed to the log first, and sooner or later written to the local copy. */
  function createCommitter(on: {
    readonly producer: TransactionalProducer;
    readonly state: TaskState;
    readonly copy: CopyWriter;
  }) {
    const { producer, state, copy } = on;
    return async (batch: Batch): Promise<void> => {
      step('decided');
      const startedAt = clock.nowMs();
      const appended = await producer.transact(batch.outputs);
      step('committed');
      lazySinceMs = null;
      committed = state.positions();
      // The changelog's records come last in a transaction.
      const last = appended.at(-1);
      invariant(last?.topic === topology.changelog, 'a transaction ends with its changelog');
      copy.committed(last);
      copy.writeIfDue();
      const now = log.brokerNowMs();
      const due = batch.oldestDueMs;
      const timerLateMs = due === null || now === null ? null : Math.max(0, now - due);
      const transactionMs = clock.nowMs() - startedAt;
      observer?.committed?.({ batch, transactionMs, timerLateMs, brokerNowMs: now });
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

  const pause = (ms: number): Promise<void> => clock.sleep(ms, stopping.signal);

  async function run(): Promise<void> {
    let backoffMs: number = limits.restartBackoffMs.first;
    while (!isStopped()) {
      const startedAt = clock.nowMs();
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
      if (clock.nowMs() - startedAt > 10_000) backoffMs = limits.restartBackoffMs.first;
      await pause(backoffMs);
      backoffMs = Math.min(backoffMs * 2, limits.restartBackoffMs.max);
      while (!isStopped() && !(await options.stillMine().catch(() => false))) {
        await pause(limits.restartBackoffMs.max);
      }
    }
    status = 'stopped';
  }

  function lagsOf(inputs: Engine['inputs']): Pick<TaskView, 'lagRecords' | 'waiting'> {
    const now = log.brokerNowMs();
    return {
      lagRecords: inputs.reduce((sum, input) => sum + input.lag(now), 0n),
      waiting: topology.inputs.flatMap(({ kind, topic }) => {
        const input = inputs.find((each) => each.topic === topic);
        return kind === 'delays' && input ? [{ topic, records: input.waiting(now) }] : [];
      }),
    };
  }

  const finished = run();

  return {
    view: () => ({
      partition: task.partition,
      status,
      problem,
      ...lagsOf(engine?.inputs ?? []),
      frontierMs: finiteOrNull(engine?.frontierMs()),
      timers: timers(),
      parkedKeys: parkedKeys(),
      committed: [...committed].map(([topic, { offset }]) => ({ topic, offset })),
    }),
    async stop() {
      stopping.abort();
      await reader?.close();
      const over = new AbortController();
      await Promise.race([finished, clock.sleep(limits.stopMs, over.signal)]);
      over.abort();
      if (status === 'running') status = 'stopped';
    },
  };
}

const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
