import { describe, expect, it } from 'vitest';
import type { LaneItem } from './due-queue.ts';
import type { Run, Verdict } from './lane.ts';
import { createLane, reservedOf } from './lane.ts';
import type { LaneSettings } from './lane-settings.ts';
import { laneLimits } from './limits.ts';

const settings: LaneSettings = {
  ...{ status: 'ACTIVE', concurrencyMax: null, ratePerSecond: null, timeoutMs: null, settings: {} },
};

/** A lane that is known to answer quickly, with firsts and retries in it, all due from 0 on. */
function laneWith(of: {
  readonly firsts: number;
  readonly retries: number;
  settings?: LaneSettings;
}) {
  const given = of.settings ?? settings;
  const lane = createLane<LaneItem>({ key: 'ep_a', limits: laneLimits, settings: given, nowMs: 0 });
  lane.add({ key: 'proof', dueMs: 0, isFirst: true });
  const verdict = lane.next(0);
  if (verdict.kind === 'begin') lane.ended(verdict.run, { contact: 'there', tookMs: 20 }, 20);
  const add = (kind: string, count: number): void => {
    for (let i = 0; i < count; i += 1)
      lane.add({ key: `${kind}${i}`, dueMs: i, isFirst: kind === 'first' });
  };
  add('retry', of.retries);
  add('first', of.firsts);
  return lane;
}

const keyOf = (verdict: Verdict<LaneItem>): string =>
  verdict.kind === 'begin' ? verdict.item.key.replace(/\d+/, '') : verdict.kind;

describe('a lane', () => {
  it.each([
    [1, 0],
    [2, 1],
    [4, 1],
    [5, 2],
    [10, 3],
    [100, 25],
  ])('of %d slots keeps %d for first attempts', (slots, reserved) => {
    expect(reservedOf(slots)).toBe(reserved);
  });

  it('gives a first attempt one turn of four at least, while both wait', () => {
    const lane = laneWith({ firsts: 3, retries: 20 });
    const order: string[] = [];
    // The firsts are the later ones.
    for (const item of lane.items().filter(({ isFirst }) => isFirst)) {
      lane.remove(item);
      lane.add({ ...item, dueMs: 1_000 });
    }
    for (let i = 0; i < 9; i += 1) {
      const verdict = lane.next(2_000);
      order.push(keyOf(verdict));
      if (verdict.kind === 'begin') lane.ended(verdict.run, { contact: 'there', tookMs: 9 }, 2_000);
    }
    expect(order).toEqual([
      ...['retry', 'retry', 'retry', 'first'],
      ...['retry', 'retry', 'retry', 'first', 'retry'],
    ]);
  });

  it('probes with whoever is due, a retry too', () => {
    const lane = laneWith({ firsts: 0, retries: 20, settings: { ...settings, concurrencyMax: 2 } });
    for (let i = 0; i < 5; i += 1) {
      const verdict = lane.next(100);
      if (verdict.kind === 'begin') lane.ended(verdict.run, { contact: 'away', tookMs: 9 }, 100);
    }
    expect(lane.next(101)).toEqual({ kind: 'wait', untilMs: 5_100 });
    expect([lane.status(101), lane.wants()]).toEqual(['failing', 1]);
    expect(keyOf(lane.next(5_100))).toBe('retry');
    expect([lane.next(5_100).kind, lane.wants()]).toEqual(['busy', 0]);
  });

  it('is slow from when a request is old until one has been quick', () => {
    const lane = laneWith({ firsts: 3, retries: 0 });
    const begin = (nowMs: number): Run => {
      const verdict = lane.next(nowMs);
      if (verdict.kind !== 'begin') throw new Error(verdict.kind);
      return verdict.run;
    };
    const run = begin(100);
    expect([lane.pace(1_100), lane.pace(1_101)]).toEqual(['quick', 'slow']);
    lane.ended(run, { contact: 'there', tookMs: 1_500 }, 1_600);
    expect(lane.pace(9_000)).toBe('slow');
    const next = begin(9_000);
    lane.ended(next, { contact: 'untried', tookMs: null }, 9_000);
    expect(lane.pace(9_000)).toBe('slow');
    lane.ended(begin(9_000), { contact: 'there', tookMs: 30 }, 9_030);
    expect(lane.pace(9_030)).toBe('quick');
  });

  it('closes at 410 unless its settings have changed since, and opens when they change', () => {
    const lane = laneWith({ firsts: 1, retries: 0 });
    lane.gone({ ...settings, timeoutMs: 5 });
    expect(lane.status(0)).toBe('open');
    lane.gone({ ...settings });
    expect([lane.status(0), lane.next(0).kind]).toEqual(['closed', 'closed']);
    lane.configure({ ...settings }, 0);
    expect(lane.status(0)).toBe('closed');
    lane.configure({ ...settings, settings: { url: 'https://new.example' } }, 0);
    expect(lane.status(0)).toBe('open');
  });

  it('without settings never closes: nobody could open it', () => {
    const lane = createLane({ key: 'url:0', limits: laneLimits, settings: null, nowMs: 0 });
    lane.gone(null);
    expect(lane.status(0)).toBe('open');
  });
});
