import type { Metrics } from '@plumbline/observability';
import type { BatchResult } from './apply-batch.ts';
import type { ProjectionTaskStatus, ProjectionTaskView } from './projection-task.ts';

/** What one projection of a process measures of itself. */
export interface ProjectionMetrics {
  readonly folded: (event: { readonly result: BatchResult; readonly elapsedMs: number }) => void;
}

const states: readonly ProjectionTaskStatus[] = [
  'starting',
  'running',
  'waiting',
  'failed',
  'stopped',
];

export function projectionMetrics(
  metrics: Metrics,
  projection: string,
  of: {
    /** The partitions that this process folds now. */
    readonly views: () => readonly ProjectionTaskView[];
    readonly brokerNowMs: () => number | null;
  },
): ProjectionMetrics {
  showTasks(metrics, projection, of);
  const records = metrics.counter({
    name: 'plumbline_projection_records_total',
    help: 'Records folded into read models, by what became of them',
    labels: ['projection', 'result'],
  });
  const seconds = metrics.histogram({
    name: 'plumbline_projection_batch_seconds',
    help: 'Duration of one batch: decoding and its SQL transaction',
    labels: ['projection'],
  });
  return {
    folded({ result, elapsedMs }) {
      records.inc({ projection, result: 'applied' }, result.applied);
      records.inc({ projection, result: 'poisoned' }, result.poisoned);
      records.inc({ projection, result: 'parked' }, result.parked);
      seconds.observe(elapsedMs / 1_000, { projection });
    },
  };
}

/** As they are when somebody asks: one that waits for Postgres folds nothing, and must be seen. */
function showTasks(
  metrics: Metrics,
  projection: string,
  { views, brokerNowMs }: Parameters<typeof projectionMetrics>[2],
): void {
  metrics.gauge({
    name: 'plumbline_projection_lag_records',
    help: 'Committed records that this process has yet to fold, as far as it has read the log',
    labels: ['projection'],
    read() {
      const value = views().reduce((sum, view) => sum + (view.lagRecords ?? 0n), 0n);
      return [{ labels: { projection }, value: Number(value) }];
    },
  });
  metrics.gauge({
    name: 'plumbline_projection_frontier_lag_seconds',
    help: 'Broker time minus the time up to which the read model is complete, of the last partition',
    labels: ['projection'],
    read() {
      const now = brokerNowMs();
      const known = views().flatMap(({ frontierMs }) => (frontierMs === null ? [] : [frontierMs]));
      if (now === null || known.length === 0) return [];
      return [{ labels: { projection }, value: Math.max(0, now - Math.min(...known)) / 1_000 }];
    },
  });
  metrics.gauge({
    name: 'plumbline_projection_tasks',
    help: 'Partitions that this process folds, by state: waiting is for Postgres, Kafka or the registry',
    labels: ['projection', 'state'],
    read: () =>
      states.map((state) => ({
        labels: { projection, state },
        value: views().filter(({ status }) => status === state).length,
      })),
  });
}
