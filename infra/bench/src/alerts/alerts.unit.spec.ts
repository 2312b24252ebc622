import type { AlertsEvent } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { Alert } from './findings.ts';
import { differenceOf, findingsOf } from './findings.ts';
import { latenessOf } from './lateness.ts';
import { paceOf } from './pace.ts';
import { silencesOf } from './silence.ts';

function alert(of: {
  readonly id: string;
  readonly rule?: string;
  readonly body?: string;
  readonly deadline?: number;
  readonly detectedAt?: number;
  readonly appendedMs?: number;
  readonly seenMs?: number;
}): Alert {
  const data = {
    ...{ alertId: of.id, rule: of.rule ?? 'C', deadline: of.deadline ?? null },
    detectedAt: of.detectedAt ?? 0,
  };
  return {
    event: { type: 'AlertRaised', data } as unknown as AlertsEvent,
    seenMs: of.seenMs ?? 0,
    record: {
      ...{ topic: 't', partition: 0, offset: 0n, timestampMs: of.appendedMs ?? 0, headers: {} },
      ...{ key: Buffer.from(of.id), value: Buffer.from(`.....${of.body ?? ''}`) },
    },
  };
}

describe('findings', () => {
  const one = findingsOf([alert({ id: 'a' }), alert({ id: 'b', rule: 'A' })]);

  it('are the same in another order, and with another schema id', () => {
    const other = findingsOf([alert({ id: 'b', rule: 'A' }), alert({ id: 'a' })]);
    expect(other).toEqual(one);
    expect(differenceOf(one, other)).toBeNull();
  });

  it('differ by counts and by ids', () => {
    expect(differenceOf(one, findingsOf([alert({ id: 'a' })]))).toBe('A raised: 1 and 0');
    const renamed = findingsOf([alert({ id: 'x' }), alert({ id: 'b', rule: 'A' })]);
    expect(differenceOf(one, renamed)).toBe('the same counts, and other alerts');
  });

  it('show another body, which does not make a run void', () => {
    const other = findingsOf([alert({ id: 'a', body: 'x' }), alert({ id: 'b', rule: 'A' })]);
    expect(other.bodies).not.toBe(one.bodies);
    expect(differenceOf(one, other)).toBeNull();
  });
});

describe('the pace', () => {
  it('leaves out the start and the end', () => {
    const seenMs = Array.from({ length: 11 }, (_, n) => 5_000 + n * 100);
    const pace = paceOf({ records: 1_000, startMs: 1_000, seenMs, endMs: 11_000 });
    expect(pace).toEqual({
      ...{ wholeMs: 10_000, firstAlertMs: 4_000, wholePerSecond: 100 },
      steadyPerSecond: 1_000,
    });
  });
});

describe('lateness', () => {
  it('counts from the deadline, or from the event where there is no grace', () => {
    const found = latenessOf(
      [
        alert({ id: 'a', deadline: 1_000, detectedAt: 1_000, appendedMs: 1_020, seenMs: 1_030 }),
        alert({ id: 'b', detectedAt: 1_000, appendedMs: 1_005, seenMs: 1_010 }),
        alert({ id: 'early', detectedAt: 499, appendedMs: 9_000, seenMs: 9_000 }),
        alert({ id: 'late', detectedAt: 2_001, appendedMs: 9_000, seenMs: 9_000 }),
      ],
      { fromMs: 500, toMs: 2_000 },
    );
    expect(found.afterGrace).toMatchObject({
      ...{ count: 1, appended: { p99Ms: 20 }, visible: { p99Ms: 30 } },
    });
    expect(found.atOnce).toMatchObject({
      ...{ count: 1, appended: { maxMs: 5 }, visible: { p50Ms: 10 } },
    });
  });
});

describe('the silence after a kill', () => {
  it('ends with the first answer to what was asked after it', () => {
    const answers = [
      { partition: 0, writtenMs: 90, seenMs: 120 },
      { partition: 0, writtenMs: 110, seenMs: 150 },
      { partition: 0, writtenMs: 120, seenMs: 160 },
      { partition: 1, writtenMs: 99, seenMs: 180 },
    ];
    expect(silencesOf({ partitions: 2, killedMs: 100, answers })).toEqual([
      { partition: 0, ms: 50 },
      { partition: 1, ms: null },
    ]);
  });
});
