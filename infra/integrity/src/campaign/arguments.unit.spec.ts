import { describe, expect, it } from 'vitest';
import { UsageError } from '../program/usage.ts';
import { campaignArguments } from './arguments.ts';
import { createRandom } from './random.ts';

describe('the arguments of a campaign', () => {
  it('are a rolling restart, two hundred kills, a thousand payments and a thousand refunds with a drawn seed', () => {
    expect(campaignArguments([], () => 7)).toEqual({
      ...{ help: false, json: false, save: false, kills: 200, minutes: null, seed: 7 },
      ...{ before: 'last', simulate: 0, truth: 10_000, endpoints: 500, suites: true },
      ...{ webhooks: 1_000, refunds: 1_000 },
      handOver: 100_000,
    });
  });

  it('leave the rolling restart out only when they are told to', () => {
    expect(campaignArguments(['--before', 'none']).before).toBeNull();
  });

  it('are taken as given', () => {
    const args =
      '--kills 5 --minutes 2 --seed 0 --before last --simulate 100 --truth 40 --endpoints 0 --suites none --webhooks 60 --refunds 0 --hand-over 5000 --json --save';
    expect(campaignArguments(args.split(' '))).toMatchObject({
      ...{ json: true, save: true, kills: 5, minutes: 2, seed: 0, before: 'last', simulate: 100 },
      truth: 40,
      ...{ endpoints: 0, suites: false },
      ...{ webhooks: 60, refunds: 0, handOver: 5_000 },
    });
  });

  it.each([
    '--kills many',
    '--kills -1',
    '--seed 4294967296',
    '--suites some',
    '--refunds 1001',
    '--hand-over 1000001',
    '--unknown',
    'stray',
  ])('refuse %s', (args) => {
    expect(() => campaignArguments(args.split(' '))).toThrow(UsageError);
  });
});

describe('a seed', () => {
  it('gives the same numbers again, and another one others', () => {
    const draws = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.whole(1, 1_000));
    };
    expect(draws(1)).toEqual(draws(1));
    expect(draws(1)).not.toEqual(draws(2));
    expect(draws(3).every((n) => n >= 1 && n <= 1_000)).toBe(true);
  });
});
