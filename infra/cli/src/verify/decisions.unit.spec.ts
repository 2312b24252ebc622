import { topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { describe, expect, it } from 'vitest';
import { createHistory } from '../what-if/testing-history.ts';
import { decided, verifyDecisions } from './decisions.ts';
import type { PartResult } from './finding.ts';

const topic = topics.alertsEvents.name;
const hourMs = 3_600_000;

/** Orders that were paid and never showed it, and what is written of the alerts of that. */
async function alertsOf(
  written: (alert: OutgoingRecord, nth: number) => OutgoingRecord | null,
): Promise<{ readonly result: PartResult; readonly offsets: readonly bigint[] }> {
  const history = await createHistory();
  const { memory: log, memoryCodec: codec, signal } = history.session;
  for (let n = 1; n <= 6; n += 1) history.paid(`H${n}`, null);
  history.pass(hourMs);
  let nth = 0;
  await history.raise((alert) => written(alert, nth++));
  history.pass(1_000);
  const result = await verifyDecisions(
    {
      ...{ log, codec, signal, partitions: 4, partition: null, nowMs: history.nowMs() },
      ...{ catchUpMs: 100, listed: 20 },
    },
    decided.filter(({ topics: [first] }) => first === topic),
  );
  const offsets = log.topicRecords(topic).map(({ offset }) => offset);
  await log.close();
  return { result, offsets };
}

describe('decisions', () => {
  it('hold where every alert is raised again under its id', async () => {
    const { result, offsets } = await alertsOf((alert) => alert);
    expect(result).toMatchObject({ state: 'holds', findings: [], gaps: [] });
    expect(offsets.length).toBeGreaterThan(3);
    expect(result.looked['consistency-alerts']).toBe(offsets.length);
  });

  it('find an alert that is missing', async () => {
    const lost: OutgoingRecord[] = [];
    const { result } = await alertsOf((alert, nth) => {
      if (nth === 0) lost.push(alert);
      return nth === 0 ? null : alert;
    });
    const [record] = lost;
    const subject = record?.headers['ce_subject']?.toString() ?? '?';
    expect(result.state).toBe('broken');
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]?.what).toContain(`record 0 of ${topic}-${record?.partition ?? '?'}`);
    expect(result.findings[0]?.what).toMatch(
      new RegExp(`a replay writes AlertRaised [0-9a-f-]+ of ${subject}`),
    );
  });

  it('find an alert with another id', async () => {
    const { result } = await alertsOf((alert, nth) =>
      nth === 0 ? { ...alert, headers: { ...alert.headers, ce_id: 'another' } } : alert,
    );
    expect(result.findings).toMatchObject([
      { kind: 'DECISION_DIFFERS', at: { topic, offset: 0n } },
    ]);
    expect(result.findings[0]?.what).toMatch(/: other in ce_id$/);
  });
});
