import { delayLevelName } from '@plumbline/events';
import type { Metrics } from '@plumbline/observability';
import { delayOf } from '../internals/input-kinds.ts';
import type { TaskObserver, TaskStatus, TaskView } from '../internals/task.ts';
import type { RunningTopology } from '../run-topology.ts';
import type { Topology } from '../topology.ts';

const statuses: readonly TaskStatus[] = [
  'starting',
  'restoring',
  'running',
  'fenced',
  'failed',
  'stopped',
];

/** Most are on time within the longest wait of an idle fetch; a quarter of a second is the aim. */
const latenessBucketsMs = [1, 2, 5, 10, 20, 50, 100, 150, 200, 250, 500, 1_000, 5_000, 60_000];

/** Levels of the delayed inputs of a topology, by topic. */
const levelsOf = ({ inputs }: Topology): ReadonlyMap<string, string> =>
  new Map(
    inputs.flatMap((input) => {
      const delayMs = delayOf(input);
      return delayMs === null ? [] : [[input.topic, delayLevelName(delayMs)] as const];
    }),
  );

/** How late delayed records are; nothing where there are none. */
function delayObserver(topology: Topology, metrics: Metrics): TaskObserver {
  const levels = levelsOf(topology);
  if (levels.size === 0) return {};
  const lateness = metrics.histogram({
    name: 'plumbline_delay_lateness_ms',
    help: 'How long after it was due a delayed record was committed, by the clock of the broker, ms',
    labels: ['level'],
    buckets: latenessBucketsMs,
  });
  return {
    committed({ batch, brokerNowMs }) {
      if (brokerNowMs === null) return;
      for (const { topic, dueMs } of batch.delayed) {
        lateness.observe(Math.max(0, brokerNowMs - dueMs), { level: levels.get(topic) ?? '' });
      }
    },
  };
}

/** Counts and times of a topology's transactions. */
export function observerOf(topology: Topology, metrics: Metrics): TaskObserver {
  const labels = { topology: topology.name };
  const delays = delayObserver(topology, metrics);
  const counter = (name: string, help: string) =>
    metrics.counter({ name: `plumbline_task_${name}_total`, help, labels: ['topology'] });
  const records = counter('records', 'Input records taken, in committed transactions');
  const timers = counter('timers', 'Timers fired, in committed transactions');
  const told = counter('told', 'Commands of followers decided, in committed transactions');
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
    committed(event) {
      const { batch, transactionMs, timerLateMs } = event;
      delays.committed?.(event);
      records.inc(labels, batch.records);
      timers.inc(labels, batch.timers);
      told.inc(labels, batch.told);
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
  const tellWaiting = waitingGauge(running.topology, metrics);
  const timer = setInterval(() => {
    const now = brokerNowMs();
    for (const task of running.tasks()) {
      tellWaiting(task);
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

function waitingGauge(topology: Topology, metrics: Metrics): (task: TaskView) => void {
  const levels = levelsOf(topology);
  if (levels.size === 0) return () => undefined;
  const gauge = metrics.gauge({
    name: 'plumbline_delay_waiting_records',
    help: 'Committed delayed records that are not due yet',
    labels: ['level', 'partition'],
  });
  return ({ partition, waiting }) => {
    for (const { topic, records } of waiting) {
      gauge.set(Number(records), { level: levels.get(topic) ?? '', partition });
    }
  };
}
