import { expect, it } from 'vitest';
import { binned, timesOf } from './arrived.ts';
import { latenessPicture } from './lateness-picture.ts';
import { latenessBins } from './limits.ts';

const of = (level: string, late: readonly number[]) => ({
  ...{ level, waiting: 100_000, retries: late.length, late: timesOf(late) },
  histogram: { binMs: latenessBins.binMs, counts: binned(late, latenessBins) },
});

it('the picture has a row a level, its figures and the aim', () => {
  const svg = latenessPicture([of('10s', [12, 14, 31]), of('1m', [40, 9_000])]);
  expect(svg).toContain('<title>Lateness of retries by level, while 100,000 records wait</title>');
  expect(svg).toContain('p50 14, p99 31, most 31</text>');
  expect(svg).toContain('p50 40, p99 9000, most 9000</text>');
  expect(svg).toContain('aim at p99: 250</text>');
  // Two in the second bin, as high as a row, and one in the fourth, half as high.
  expect(svg).toContain('d="M74 86v-32h9v32zM94 86v-16h9v16z"');
});

it('the picture shows in its last place what is later than half a second', () => {
  expect(latenessPicture([of('1m', [9_000])])).toContain('d="M564 86v-32h9v32z"');
});
