import { delayLevelName } from '@plumbline/events';
import type { Metrics, Sample } from '@plumbline/observability';
import type { Batch } from '../internals/batch-writer.ts';
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
  const countOutputs = outputCounter(topology, metrics);
  const records = metrics.counter({
    name: 'plumbline_task_records_total',
    help: 'Input records taken, in committed transactions',
    labels: ['topology'],
  });
  const timers = metrics.counter({
    name: 'plumbline_task_timers_total',
    help: 'Timers fired, in committed transactions',
    labels: ['topology'],
  });
  const told = metrics.counter({
    name: 'plumbline_task_told_total',
    help: 'Commands of followers decided, in committed transactions',
    labels: ['topology'],
  });
  const letters = metrics.counter({
    name: 'plumbline_task_dead_letters_total',
    help: 'Records that went to the dead letters',
    labels: ['topology'],
  });
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
      countOutputs(batch);
      records.inc(labels, batch.records);
      timers.inc(labels, batch.timers);
      told.inc(labels, batch.told);
      letters.inc(labels, batch.deadLetters);
      transactions.observe(transactionMs / 1000, labels);
      if (timerLateMs !== null) lateness.observe(timerLateMs / 1000, labels);
    },
  };
}

/** Types are those of the catalogue, some twenty a topology; changes of state have none. */
function outputCounter(topology: Topology, metrics: Metrics): (batch: Batch) => void {
  const outputs = metrics.counter({
    name: 'plumbline_task_outputs_total',
    help: 'Records written in committed transactions, by type; the changelog does not count',
    labels: ['topology', 'type'],
  });
  return (batch) => {
    const byType = new Map<string, number>();
    for (const { headers } of batch.outputs) {
      const type = headers['ce_type'];
      if (typeof type === 'string') byType.set(type, (byType.get(type) ?? 0) + 1);
    }
    for (const [type, count] of byType) outputs.inc({ topology: topology.name, type }, count);
  };
}

/** Shows the tasks that this process has now, as they are when somebody asks. */
export function watchTasks(
  running: RunningTopology,
  metrics: Metrics,
  brokerNowMs: () => number | null,
): void {
  const { name: topology } = running.topology;
  const eachTask = (valueOf: (task: TaskView) => number | null) => (): readonly Sample[] =>
    running.tasks().flatMap((task) => {
      const value = valueOf(task);
      if (value === null) return [];
      return [{ labels: { topology, partition: task.partition }, value }];
    });
  metrics.gauge({
    name: 'plumbline_task_lag_records',
    help: 'Committed records not yet taken; 0 when caught up',
    labels: ['topology', 'partition'],
    read: eachTask(({ lagRecords }) => Number(lagRecords)),
  });
  metrics.gauge({
    name: 'plumbline_task_frontier_lag_seconds',
    help: 'Broker time minus the time up to which all inputs are known',
    labels: ['topology', 'partition'],
    read: eachTask(({ frontierMs }) => {
      const now = brokerNowMs();
      return now === null || frontierMs === null ? null : Math.max(0, now - frontierMs) / 1000;
    }),
  });
  metrics.gauge({
    name: 'plumbline_task_timers',
    help: 'Timers waiting',
    labels: ['topology', 'partition'],
    read: eachTask(({ timers }) => timers),
  });
  metrics.gauge({
    name: 'plumbline_task_parked_keys',
    help: 'Keys whose records wait behind a dead letter, until somebody redrives them',
    labels: ['topology', 'partition'],
    read: eachTask(({ parkedKeys }) => parkedKeys),
  });
  metrics.gauge({
    name: 'plumbline_task_state',
    help: '1 for the state that the task is in',
    labels: ['topology', 'partition', 'state'],
    read: () =>
      running.tasks().flatMap(({ partition, status }) =>
        statuses.map((state) => ({
          labels: { topology, partition, state },
          value: status === state ? 1 : 0,
        })),
      ),
  });
  showWaiting(running, metrics);
}

function showWaiting(running: RunningTopology, metrics: Metrics): void {
  const levels = levelsOf(running.topology);
  if (levels.size === 0) return;
  metrics.gauge({
    name: 'plumbline_delay_waiting_records',
    help: 'Committed delayed records that are not due yet',
    labels: ['level', 'partition'],
    read: () =>
      running.tasks().flatMap(({ partition, waiting }) =>
        waiting.map(({ topic, records }) => ({
          labels: { level: levels.get(topic) ?? '', partition },
          value: Number(records),
        })),
      ),
  });
}
