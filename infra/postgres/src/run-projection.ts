import type { Codec } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { sharePartitions } from '@plumbline/kafka';
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
import type { ProjectionTaskView } from './projection-task.ts';
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
  const shared = sharePartitions({
    ...{ log, groupId: groupOf(projection), topics: projection.inputs, partitions, logger },
    retryMs: limits.retryMs,
    isFinal: (error) => error instanceof ProjectionStopped || error instanceof InvariantViolation,
    async prepare() {
      await migrateProjection({ postgres, projection });
      await checkPartitionCounts(projection, log, partitions);
    },
    start: (partition) =>
      startProjectionTask({
        ...{ projection, partition, log, codec, postgres, deadLetters },
        ...{ logger: options.logger, folded: (event) => measured.folded(event) },
      }),
  });
  const views = (): readonly ProjectionTaskView[] =>
    [...shared.works().values()].map((task) => task.view());
  const measured = projectionMetrics(options.metrics, schema, {
    views,
    brokerNowMs: () => log.brokerNowMs(),
  });

  function view(): ProjectionView {
    const each = views();
    const troubled =
      each.find((task) => task.status === 'failed') ??
      each.find((task) => task.status !== 'running');
    const problem = shared.problem();
    const why = problem ?? troubled?.problem ?? troubled?.status ?? null;
    const member = shared.member();
    return {
      schema,
      ready: member && !shared.failed() && problem === null && troubled === undefined,
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
      await shared.close();
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
