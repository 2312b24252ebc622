import { createMetrics } from '@plumbline/observability';
import { expect, it } from 'vitest';
import type { TaskView } from '../internals/task.ts';
import type { RunningTopology } from '../run-topology.ts';
import type { Topology } from '../topology.ts';
import { observerOf, watchTasks } from './observe.ts';

const topology: Topology = {
  ...{ name: 'relay', ordering: 'arrival', paceMs: 0, outputs: [], stores: [], owns: [] },
  inputs: [
    { kind: 'events', topic: 'e' },
    { kind: 'delays', topic: 'w', delayMs: 90_000 },
  ],
  ...{ changelog: 'c', deadLetters: 'd' },
  createProcessor: () => ({ onRecord: () => undefined, onTimer: () => undefined }),
};

const batch = {
  ...{ outputs: [], changes: [], records: 2, timers: 0, told: 0, deadLetters: 0 },
  oldestDueMs: null,
  delayed: [
    { topic: 'w', dueMs: 1_000 },
    { topic: 'w', dueMs: 1_070 },
  ],
};

it('how late delayed records are is told by level, once the time of the broker is known', async () => {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const observer = observerOf(topology, metrics);
  const event = { batch, transactionMs: 4, timerLateMs: null };
  observer.committed?.({ ...event, brokerNowMs: null });
  observer.committed?.({ ...event, brokerNowMs: 1_080 });
  const text = await metrics.text();
  const bucket = (le: string): string =>
    `plumbline_delay_lateness_ms_bucket{le="${le}",service="test",level="90s"}`;
  expect(text).toContain(`${bucket('5')} 0`);
  expect(text).toContain(`${bucket('10')} 1`);
  expect(text).toContain(`${bucket('100')} 2`);
  expect(text).toContain('plumbline_delay_lateness_ms_sum{service="test",level="90s"} 90');
});

it('a topology without delays has no metrics of them', async () => {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  observerOf({ ...topology, inputs: [{ kind: 'events', topic: 'e' }] }, metrics);
  expect(await metrics.text()).not.toContain('plumbline_delay');
});

function tasksOf(...tasks: readonly TaskView[]): RunningTopology {
  return { topology, tasks: () => tasks, ready: () => true, close: () => Promise.resolve() };
}

const taskOf = (of: Partial<TaskView>): TaskView => ({
  ...{ partition: 3, status: 'running', problem: null, lagRecords: 0n, waiting: [] },
  ...{ frontierMs: null, timers: 0, parkedKeys: 0, committed: [], ...of },
});

it('how many records wait is told by level and partition', async () => {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const running = tasksOf(taskOf({ waiting: [{ topic: 'w', records: 12n }] }));
  watchTasks(running, metrics, () => null);
  expect(await metrics.text()).toContain(
    'plumbline_delay_waiting_records{level="90s",partition="3",service="test"} 12',
  );
});

it("tasks are shown as they are when somebody asks, and not when they are somebody else's", async () => {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  let tasks = [
    taskOf({ partition: 0, lagRecords: 4n, frontierMs: 1_000, parkedKeys: 2 }),
    taskOf({ partition: 1, status: 'failed' }),
  ];
  watchTasks({ ...tasksOf(), tasks: () => tasks }, metrics, () => 3_500);
  const at = (partition: number) => `topology="relay",partition="${partition}"`;
  const first = await metrics.text();
  expect(first).toContain(`plumbline_task_lag_records{${at(0)},service="test"} 4`);
  expect(first).toContain(`plumbline_task_frontier_lag_seconds{${at(0)},service="test"} 2.5`);
  expect(first).toContain(`plumbline_task_parked_keys{${at(0)},service="test"} 2`);
  expect(first).toContain(`plumbline_task_state{${at(1)},state="failed",service="test"} 1`);
  expect(first).toContain(`plumbline_task_state{${at(1)},state="running",service="test"} 0`);
  expect(first).not.toContain(`plumbline_task_frontier_lag_seconds{${at(1)}`);
  tasks = [];
  expect(await metrics.text()).not.toContain('partition="0"');
});

it('what is written is counted by type, and the changelog is not', async () => {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const output = { topic: 'o', partition: 0, key: Buffer.from('k'), value: Buffer.from('v') };
  const outputs = [
    { ...output, headers: { ce_type: 'OrderPaid' } },
    { ...output, headers: { ce_type: 'OrderPaid' } },
    { ...output, headers: {} },
  ];
  const event = { transactionMs: 1, timerLateMs: null, brokerNowMs: null };
  observerOf(topology, metrics).committed?.({ ...event, batch: { ...batch, outputs } });
  const lines = (await metrics.text()).match(/^plumbline_task_outputs_total.*$/gm);
  expect(lines).toEqual([
    'plumbline_task_outputs_total{topology="relay",type="OrderPaid",service="test"} 2',
  ]);
});
