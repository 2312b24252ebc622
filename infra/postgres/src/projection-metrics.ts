import type { Metrics } from '@plumbline/observability';
import type { BatchResult } from './apply-batch.ts';
import type { ProjectionTaskView } from './projection-task.ts';

/** What one projection of a process measures of itself. */
export interface ProjectionMetrics {
  readonly folded: (event: { readonly result: BatchResult; readonly elapsedMs: number }) => void;
}

export function projectionMetrics(
  metrics: Metrics,
  projection: string,
  views: () => readonly ProjectionTaskView[],
): ProjectionMetrics {
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
  const lag = metrics.gauge({
    name: 'plumbline_projection_lag_records',
    help: 'Committed records that this process has yet to fold, at its last batch',
    labels: ['projection'],
  });
  return {
    folded({ result, elapsedMs }) {
      records.inc({ projection, result: 'applied' }, result.applied);
      records.inc({ projection, result: 'poisoned' }, result.poisoned);
      records.inc({ projection, result: 'parked' }, result.parked);
      seconds.observe(elapsedMs / 1_000, { projection });
      const behind = views().reduce((sum, view) => sum + (view.lagRecords ?? 0n), 0n);
      lag.set(Number(behind), { projection });
    },
  };
}
