import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec } from '@plumbline/events';
import type { Assignment, Log, Membership } from '@plumbline/kafka';
import { InvariantViolation } from '@plumbline/kernel';
import type { Logger, Metrics } from '@plumbline/observability';
import { createDeadLetterWriter } from './dead-letters.ts';
import { ProjectionStopped } from './errors.ts';
import * as limits from './limits.ts';
import { migrateProjection } from './migrate-projection.ts';
import type { Postgres } from './open-postgres.ts';
import type { Projection } from './projection.ts';
import { checkProjection, groupOf, schemaOf } from './projection.ts';
import { projectionMetrics } from './projection-metrics.ts';
import type { ProjectionTask, ProjectionTaskView } from './projection-task.ts';
import { startProjectionTask } from './projection-task.ts';

export interface RunProjectionOptions {
  readonly projection: Projection;
  readonly log: Log;
  readonly codec: Codec;
  readonly postgres: Postgres;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Partition count of the log, checked against every input. */
  readonly partitions: number;
}

export interface ProjectionView {
  readonly schema: string;
  /** True once tables exist, the group is joined and every partition of ours is being folded. */
  readonly ready: boolean;
  /** What keeps it from being ready; for operators. */
  readonly problem: string | null;
  /** Over the partitions of this process; `null` while unknown. */
  readonly lagRecords: bigint | null;
  /** Everything appended before it, epoch ms, is folded in the partitions of this process. */
  readonly frontierMs: number | null;
  readonly tasks: readonly ProjectionTaskView[];
}

export interface RunningProjection {
  readonly projection: Projection;
  view(): ProjectionView;
  /** For a process's health checks: `{ orders: running.health }`. */
  health(): { readonly ok: boolean; readonly detail?: string };
  /** Finishes what is at hand and leaves the group, so that others take over at once. */
  close(): Promise<void>;
}

/**
 * Keeps a read model up with the log: makes its tables, shares its partitions with the other
 * processes that run it, and folds. Rows and positions change in one SQL transaction by
 * compare-and-set, so two owners of a partition, a kill at any point or a restored database can
 * neither double nor skip a record. It returns at once and waits in the background, for ever, for
 * Postgres, Kafka and the registry; `view` says what it waits for.
 *
 *   const running = runProjection({ projection, log, codec, postgres, logger, metrics, partitions });
 */
export function runProjection(options: RunProjectionOptions): RunningProjection {
  const { projection, log, codec, postgres, partitions } = options;
  checkProjection(projection);
  const schema = schemaOf(projection);
  const logger = options.logger.child({ projection: schema });
  const deadLetters = createDeadLetterWriter({ projection, log, codec });
  const tasks = new Map<number, ProjectionTask>();
  const measured = projectionMetrics(options.metrics, schema, () => views());
  const stopping = new AbortController();
  let membership: Membership | null = null;
  let member = false;
  let failed = false;
  let problem: string | null = 'starting';

  const views = (): readonly ProjectionTaskView[] => [...tasks.values()].map((task) => task.view());

  async function onAssigned(assignment: Assignment): Promise<void> {
    member = assignment.member;
    const mine = new Set(stopping.signal.aborted ? [] : assignment.partitions);
    const lost = [...tasks].filter(([partition]) => !mine.has(partition));
    await Promise.all(lost.map(([, task]) => task.stop()));
    for (const [partition] of lost) tasks.delete(partition);
    for (const partition of mine) {
      if (tasks.has(partition)) continue;
      tasks.set(
        partition,
        startProjectionTask({
          ...{ projection, partition, log, codec, postgres, deadLetters },
          ...{ logger: options.logger, folded: measured.folded },
        }),
      );
    }
    logger.info('assigned', { generation: assignment.generation, partitions: [...mine] });
  }

  async function start(): Promise<void> {
    await migrateProjection({ postgres, projection });
    await checkPartitionCounts(projection, log, partitions);
    const joined = await log.join({
      groupId: groupOf(projection),
      topics: projection.inputs,
      partitions,
      onAssigned,
      onFailed: (error) => {
        failed = true;
        problem = error.message;
        logger.error('membership failed', { error });
      },
    });
    if (stopping.signal.aborted) await joined.leave();
    else membership = joined;
  }

  async function startForEver(): Promise<void> {
    for (let tried = 0; !stopping.signal.aborted; tried += 1) {
      try {
        await start();
        if (!failed) problem = null;
        return;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
        if (error instanceof ProjectionStopped || error instanceof InvariantViolation) {
          failed = true;
          logger.error('projection cannot start; a person is needed', { error });
          return;
        }
        if (tried === 0) logger.warn('projection waits to start', { error });
        const waitMs = Math.min(limits.retryMs.first * 2 ** tried, limits.retryMs.max);
        await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  const starting = startForEver();

  function view(): ProjectionView {
    const each = views();
    const troubled =
      each.find((task) => task.status === 'failed') ??
      each.find((task) => task.status !== 'running');
    const why = problem ?? troubled?.problem ?? troubled?.status ?? null;
    return {
      schema,
      ready: member && !failed && problem === null && troubled === undefined,
      problem: why ?? (member ? null : 'not yet a member of its group'),
      lagRecords: each.reduce<bigint | null>(
        (sum, task) => (sum === null || task.lagRecords === null ? null : sum + task.lagRecords),
        0n,
      ),
      frontierMs: each.reduce<number | null>(
        (min, { frontierMs }) =>
          frontierMs === null ? min : Math.min(min ?? frontierMs, frontierMs),
        null,
      ),
      tasks: each,
    };
  }

  return {
    projection,
    view,
    health() {
      const { ready, problem: why } = view();
      return ready ? { ok: true } : { ok: false, detail: why ?? 'not ready' };
    },
    async close() {
      stopping.abort();
      await starting;
      await Promise.all([...tasks.values()].map((task) => task.stop()));
      tasks.clear();
      await membership?.leave();
      await deadLetters.close();
    },
  };
}

/** All inputs are shared out by one partition number, so their counts must agree. */
async function checkPartitionCounts(
  projection: Projection,
  log: Log,
  partitions: number,
): Promise<void> {
  const described = await log.describeTopics(projection.inputs);
  const wrong = described.filter((each) => each.partitions !== partitions);
  if (wrong.length === 0) return;
  const list = wrong.map((each) => `${each.topic} has ${each.partitions}`).join(', ');
  throw new ProjectionStopped(
    `projection ${projection.name} expects ${partitions} partitions (PLUMBLINE_PARTITIONS), but ` +
      `${list}. The count is fixed for the life of a log.`,
  );
}
