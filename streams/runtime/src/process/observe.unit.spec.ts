import { createMetrics } from '@plumbline/observability';
import { expect, it, vi } from 'vitest';
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

it('how many records wait is told by level and partition', async () => {
  vi.useFakeTimers();
  try {
    const metrics = createMetrics({ service: 'test', processMetrics: false });
    const task = {
      ...{ partition: 3, status: 'running' as const, problem: null, lagRecords: 0n },
      ...{ waiting: [{ topic: 'w', records: 12n }], frontierMs: null, timers: 0, committed: [] },
    };
    const running: RunningTopology = {
      ...{ topology, tasks: () => [task], ready: () => true, close: () => Promise.resolve() },
    };
    const stop = watchTasks(running, metrics, () => null);
    vi.advanceTimersByTime(1_000);
    stop();
    expect(await metrics.text()).toContain(
      'plumbline_delay_waiting_records{level="90s",partition="3",service="test"} 12',
    );
  } finally {
    vi.useRealTimers();
  }
});
