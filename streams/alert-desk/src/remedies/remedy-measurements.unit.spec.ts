import type { RemedyEnded } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, topics } from '@plumbline/events';
import { createMetrics } from '@plumbline/observability';
import type { TaskObserver } from '@plumbline/runtime';
import { expect, it } from 'vitest';
import { remedyObserver } from './remedy-measurements.ts';

type Committed = Parameters<NonNullable<TaskObserver['committed']>>[0];

const data: RemedyEnded = {
  ...{ remedyId: 'r1', alertId: 'a1', rule: 'C', tenant: 'main', orderNo: 'H1' },
  ...{ ending: 'FAILED', code: 'X', reason: 'r', proof: null, endedAt: 1 },
};

it('how remedies end is counted by rule, and nothing else is even read', async () => {
  const codec = createCodec(createMemorySchemaIds());
  const topic = topics.remediesEvents.name;
  await codec.prepare([topic]);
  const record = { topic, partition: 0, key: Buffer.from('main/H1') };
  const value = codec.encode(topic, { type: 'RemedyEnded', data });
  const unreadable = { ...record, value: Buffer.from('x') };
  const outputs = [
    { ...record, value, headers: { ce_type: 'RemedyEnded' } },
    { ...unreadable, headers: { ce_type: 'RemedyStarted' } },
    { ...unreadable, topic: topics.remediesOutcomes.name, headers: { ce_type: 'RemedyEnded' } },
  ];
  const batch: Committed['batch'] = {
    ...{ outputs, changes: [], records: 1, timers: 0, told: 0, deadLetters: 0 },
    ...{ oldestDueMs: null, delayed: [] },
  };
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const event = { batch, transactionMs: 1, timerLateMs: null, brokerNowMs: null };
  remedyObserver(metrics, codec).committed?.(event);
  expect((await metrics.text()).match(/^plumbline_remedies_ended_total.*$/gm)).toEqual([
    'plumbline_remedies_ended_total{rule="C",ending="FAILED",service="test"} 1',
  ]);
});
