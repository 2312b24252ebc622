import { createMetrics } from '@plumbline/observability';
import { expect, it } from 'vitest';
import { projectionMetrics } from './projection-metrics.ts';
import type { ProjectionTaskView } from './projection-task.ts';

const running: ProjectionTaskView = {
  ...{ partition: 0, status: 'running', problem: null, lagRecords: 3n, frontierMs: 9_000 },
};

function shown(of: { views: readonly ProjectionTaskView[]; nowMs: number | null }) {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const read = { views: () => of.views, brokerNowMs: () => of.nowMs };
  return { metrics, measured: projectionMetrics(metrics, 'orders_v2', read) };
}

it('a projection shows its lag, how far it is behind, and its partitions by state', async () => {
  const waiting: ProjectionTaskView = {
    ...{ partition: 1, status: 'waiting', problem: 'Postgres is away', lagRecords: null },
    frontierMs: 4_000,
  };
  const { metrics } = shown({ views: [running, waiting], nowMs: 10_000 });
  const text = await metrics.text();
  const of = 'projection="orders_v2"';
  expect(text).toContain(`plumbline_projection_lag_records{${of},service="test"} 3`);
  expect(text).toContain(`plumbline_projection_frontier_lag_seconds{${of},service="test"} 6`);
  expect(text).toContain(`plumbline_projection_tasks{${of},state="waiting",service="test"} 1`);
  expect(text).toContain(`plumbline_projection_tasks{${of},state="failed",service="test"} 0`);
});

it('two projections of a process are both shown', async () => {
  const { metrics } = shown({ views: [running], nowMs: null });
  projectionMetrics(metrics, 'alerts_v3', { views: () => [running], brokerNowMs: () => null });
  const lags = (await metrics.text()).match(/^plumbline_projection_lag_records\{.*$/gm);
  expect(lags).toHaveLength(2);
});

it('how far it is behind is not made up while the time of the broker is unknown', async () => {
  const { metrics } = shown({ views: [running], nowMs: null });
  expect(await metrics.text()).not.toContain('frontier_lag_seconds{');
});
