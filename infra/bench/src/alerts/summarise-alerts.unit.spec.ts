import { describe, expect, it } from 'vitest';
import { perOrderOf } from './per-order.ts';
import { runsOf, summariesOf } from './summarise-alerts.ts';

describe('several runs', () => {
  it('have a middle, the mean of two where their number is even, and ends', () => {
    expect(runsOf([30, 10, 20])).toEqual({ median: 20, least: 10, most: 30 });
    expect(runsOf([40, 10, 20, 30])).toEqual({ median: 25, least: 10, most: 40 });
    expect(() => runsOf([])).toThrow(RangeError);
  });

  it('are told by log and program, and compared with the first program on their log', () => {
    const run = (log: string, program: string, perSecond: number, cpuSeconds: number | null) => ({
      ...{ log, program, records: 2_000_000, steadyPerSecond: perSecond, cpuSeconds },
      ...{ wholePerSecond: perSecond / 2, peakRssMiB: 100 },
    });
    const all = summariesOf([
      run('join', 'all', 30_000, 60),
      run('join', 'some', 45_000, 40),
      run('join', 'all', 40_000, 80),
      run('join', 'some', 60_000, null),
      run('shop', 'all', 10_000, 20),
    ]);
    expect(all.map(({ log, program, runs, ofFirst }) => [log, program, runs, ofFirst])).toEqual([
      ['join', 'all', 2, 1],
      ['join', 'some', 2, 1.5],
      ['shop', 'all', 1, 1],
    ]);
    expect(all[0]).toMatchObject({
      steadyPerSecond: { median: 35_000, least: 30_000, most: 40_000 },
      wholePerSecond: { median: 17_500 },
      cpuMicros: { median: 35, least: 30, most: 40 },
      peakRssMiB: { median: 100 },
    });
    // A figure that one of them lacks is of none.
    expect(all[1]?.cpuMicros).toBeNull();
  });
});

describe('memory of an open order', () => {
  const held = (orders: number, bytes: number) => ({
    ...{ orders, heapBytes: bytes, externalBytes: 2 * bytes, rssBytes: 3 * bytes },
    diskBytes: 4 * bytes,
  });

  it('is what those add that came between two sizes', () => {
    expect(perOrderOf(held(1_000, 50_000), held(3_000, 250_000))).toEqual({
      ...{ heapBytes: 100, externalBytes: 200, rssBytes: 300, diskBytes: 400 },
    });
  });

  it('is not asked for where none came', () => {
    expect(() => perOrderOf(held(5, 1), held(5, 2))).toThrow(RangeError);
  });
});
