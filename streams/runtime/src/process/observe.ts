import type { Metrics } from '@plumbline/observability';
import type { TaskObserver, TaskStatus } from '../internals/task.ts';
import type { RunningTopology } from '../run-topology.ts';

const statuses: readonly TaskStatus[] = [
  'starting',
  'restoring',
  'running',
  'fenced',
  'failed',
  'stopped',
];

/** Counts and times of a topology's transactions. */
export function observerOf(topology: string, metrics: Metrics): TaskObserver {
  const labels = { topology };
  const counter = (name: string, help: string) =>
    metrics.counter({ name: `plumbline_task_${name}_total`, help, labels: ['topology'] });
  const records = counter('records', 'Input records taken, in committed transactions');
  const timers = counter('timers', 'Timers fired, in committed transactions');
  const letters = counter('dead_letters', 'Records that went to the dead letters');
  const transactions = metrics.histogram({
    name: 'plumbline_task_transaction_seconds',
    help: 'Time from the first output of a transaction to its known commit',
    labels: ['topology'],
  });
  const lateness = metrics.histogram({
    name: 'plumbline_task_timer_lateness_seconds',
    help: 'How long after its due time the oldest timer of a transaction was committed',
    labels: ['topology'],
  });
  return {
    committed({ batch, transactionMs, timerLateMs }) {
      records.inc(labels, batch.records);
      timers.inc(labels, batch.timers);
      letters.inc(labels, batch.deadLetters);
      transactions.observe(transactionMs / 1000, labels);
      if (timerLateMs !== null) lateness.observe(timerLateMs / 1000, labels);
    },
  };
}

/** Brings the gauges of a topology's tasks up to date, each second, until stopped. */
export function watchTasks(
  running: RunningTopology,
  metrics: Metrics,
  brokerNowMs: () => number | null,
): () => void {
  const labels = ['topology', 'partition'];
  const lag = metrics.gauge({
    name: 'plumbline_task_lag_records',
    help: 'Committed records not yet taken; 0 when caught up',
    labels,
  });
  const behind = metrics.gauge({
    name: 'plumbline_task_frontier_lag_seconds',
    help: 'Broker time minus the time up to which all inputs are known',
    labels,
  });
  const pending = metrics.gauge({
    name: 'plumbline_task_timers',
    help: 'Timers waiting',
    labels,
  });
  const state = metrics.gauge({
    name: 'plumbline_task_state',
    help: '1 for the state that the task is in',
    labels: [...labels, 'state'],
  });
  const timer = setInterval(() => {
    const now = brokerNowMs();
    for (const task of running.tasks()) {
      const at = { topology: running.topology.name, partition: task.partition };
      lag.set(Number(task.lagRecords), at);
      pending.set(task.timers, at);
      if (now !== null && task.frontierMs !== null) {
        behind.set(Math.max(0, now - task.frontierMs) / 1000, at);
      }
      for (const name of statuses) state.set(task.status === name ? 1 : 0, { ...at, state: name });
    }
  }, 1_000);
  timer.unref();
  return () => clearInterval(timer);
}
