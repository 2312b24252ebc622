import type { AlertRaised, AlertReopened, AlertResolved, Codec } from '@plumbline/events';
import { createCodec, createMemorySchemaIds, topics } from '@plumbline/events';
import { createMetrics } from '@plumbline/observability';
import type { TaskObserver } from '@plumbline/runtime';
import { beforeEach, expect, it } from 'vitest';
import { alertObserver } from './alert-measurements.ts';

type Committed = Parameters<NonNullable<TaskObserver['committed']>>[0];
type Output = Committed['batch']['outputs'][number];

const topic = topics.alertsEvents.name;
const of = { alertId: 'a1', rule: 'A', tenant: 'main', orderNo: 'H1' };
const raised: AlertRaised = {
  ...{ ...of, ruleVersion: 1, payNo: 'P1', severity: 'CRITICAL', summary: 's' },
  ...{ expected: 'e', actual: 'a', deadline: 10_000, detectedAt: 10_000, amountMinor: 1n },
  ...{ currency: 'CNY', howSeen: 'h', triggerEventId: 't', evidence: [] },
};
const resolved: AlertResolved = {
  ...{ ...of, resolution: 'AUTO_RESOLVED', supersededBy: null, reason: 'r', resolvedAt: 1 },
  ...{ evidence: [], lossMinor: null, lossCurrency: null, suppressedUntil: null },
};
const reopened: AlertReopened = { ...of, reason: 'r', reopenedAt: 1 };

let codec: Codec;
beforeEach(async () => {
  codec = createCodec(createMemorySchemaIds());
  await codec.prepare([topic]);
});

function output(type: string, data: object): Output {
  const headers = { ce_type: type };
  const value = codec.encode(topic, { type, data });
  return { topic, partition: 0, key: Buffer.from('main/H1'), value, headers };
}

/** The exposition after one transaction with these outputs. */
async function shown(outputs: readonly Output[], brokerNowMs: number | null): Promise<string> {
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const batch: Committed['batch'] = {
    ...{ outputs, changes: [], records: 1, timers: 0, told: 0, deadLetters: 0 },
    ...{ oldestDueMs: null, delayed: [] },
  };
  const observer = alertObserver(metrics, codec);
  observer.committed?.({ batch, transactionMs: 1, timerLateMs: null, brokerNowMs });
  return metrics.text();
}

it('what became of alerts is counted by rule', async () => {
  const text = await shown(
    [
      ...[output('AlertRaised', raised), output('AlertRaised', raised)],
      ...[output('AlertResolved', resolved), output('AlertReopened', reopened)],
    ],
    null,
  );
  const lines = text.match(/^plumbline_alert\w+\{.*$/gm);
  expect(lines).toEqual([
    'plumbline_alerts_raised_total{rule="A",severity="CRITICAL",service="test"} 2',
    'plumbline_alerts_ended_total{rule="A",resolution="AUTO_RESOLVED",service="test"} 1',
    'plumbline_alerts_reopened_total{rule="A",service="test"} 1',
  ]);
});

it('an alert is late by what the brokers have moved on since its deadline', async () => {
  const text = await shown([output('AlertRaised', raised)], 10_600);
  const bucket = (le: string) =>
    `plumbline_alert_lateness_seconds_bucket{le="${le}",service="test",rule="A"}`;
  expect(text).toContain(`${bucket('0.5')} 0`);
  expect(text).toContain(`${bucket('0.75')} 1`);
});

it('what is no alert is not even read', async () => {
  const unreadable = { ...output('AlertRaised', raised), value: Buffer.from('x') };
  const elsewhere = { ...unreadable, topic: topics.alertsOutcomes.name };
  const change = { ...unreadable, headers: {} };
  expect(await shown([elsewhere, change], null)).not.toContain('plumbline_alerts_raised_total{');
});
