import { describe, expect, it } from 'vitest';
import { kindOf, usualMix } from './histories.ts';
import type { LogPlan, PlannedStep } from './waves.ts';
import { courseOf, coursesOf, keysMin, wavesOf } from './waves.ts';

const plan: LogPlan = {
  ...{ records: 10_000, keys: 1_429, coursesPerWave: 50, prefilled: false, mix: usualMix },
};
const waves = (of: LogPlan): readonly (readonly PlannedStep[])[] => [...wavesOf(of)];

describe('the waves of a log', () => {
  it('bring exactly the records asked for', () => {
    for (const records of [1, 6, 7, 8, 9_999, 10_000]) {
      const all = waves({ ...plan, records }).flat();
      expect(all).toHaveLength(records);
      const each = new Set(all.map(({ course, step }) => `${course.index} ${step}`));
      expect(each.size).toBe(records);
    }
  });

  it('bring the events of an order one after the other, never two at once', () => {
    const next = new Map<number, number>();
    for (const wave of waves(plan)) {
      const inWave = new Set<number>();
      for (const { course, step } of wave) {
        expect(inWave.has(course.index)).toBe(false);
        inWave.add(course.index);
        expect(step).toBe(next.get(course.index) ?? 0);
        next.set(course.index, step + 1);
      }
    }
    expect(next.size).toBe(coursesOf(plan));
  });

  it('end the course of a key before its next begins', () => {
    const keys = keysMin(plan.coursesPerWave);
    const last = new Map<number, number>();
    for (const { course } of waves({ ...plan, keys }).flat()) {
      expect(course.index).toBeGreaterThanOrEqual(last.get(course.keyIndex) ?? 0);
      last.set(course.keyIndex, course.index);
    }
    expect(last.size).toBe(keys);
  });

  it('use every key once before any twice, whatever their number', () => {
    for (const keys of [500, 1_429, 7_920]) {
      const courses = Array.from({ length: 1_500 }, (_, n) => courseOf(n, { ...plan, keys }));
      const first = courses.filter(({ round }) => round === 0);
      expect(new Set(first.map(({ keyIndex }) => keyIndex)).size).toBe(Math.min(keys, 1_500));
    }
    expect(courseOf(0, { ...plan, prefilled: true }).round).toBe(1);
  });
});

describe('the mix', () => {
  it('has the shares that it says', () => {
    const counts: Record<string, number> = {};
    for (let n = 0; n < 100_000; n += 1) {
      const kind = kindOf(n, usualMix);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    for (const [kind, share] of Object.entries(usualMix)) {
      expect(counts[kind]).toBeGreaterThan(share * 100 * 0.9);
      expect(counts[kind]).toBeLessThan(share * 100 * 1.1);
    }
    expect(counts['paid']).toBeGreaterThan(88_000);
  });
});
