import { describe, expect, it } from 'vitest';
import { UsageError } from '../../program/usage.ts';
import { checkers } from '../checkers/checkers.ts';
import { mutants } from '../mutants/mutants.ts';
import type { Reduction } from '../plan/reduction.ts';
import { formatReduction, parseReduction } from '../plan/reduction.ts';
import { planOf } from '../plan/run-plan.ts';
import type { SeedResult } from '../run-seed.ts';
import { parseOptions } from './arguments.ts';
import { asTests } from './as-tests.ts';
import type { Hunted } from './hunt-mutants.ts';
import { rerunCommand } from './print.ts';
import { dayOf, proofsOf } from './proofs.ts';
import { missingStates, rareStates } from './rare-states.ts';
import { shrink } from './shrink.ts';
import { Counting } from './tally-up.ts';

const result = (over: Partial<SeedResult> = {}): SeedResult => ({
  ...{ seed: 1, hash: 'h', findings: [], sometimes: {}, faults: [], commands: 1, records: 1 },
  ...{ virtualMs: 1, steps: 1, trace: [] },
  ...over,
});
const finding = { checker: 'alerts', invariant: 'I8', what: 'late' } as const;
const failing = result({ findings: [finding] });

describe('a reduction', () => {
  it.each<Reduction>([
    {},
    { stories: [1, 4] },
    { stories: [], poison: [], faultsOff: [] },
    { faultsOff: ['replyLost', 'crashesPerMinute'], processes: 2, stormMs: 4_000 },
  ])('%j stands in a command and is read again', (reduction) => {
    expect(parseReduction(formatReduction(reduction))).toEqual(reduction);
  });

  it.each(['stories=x', 'off=nothing', 'what=1', 'stories', 'storm=-1'])('%s is none', (text) => {
    expect(parseReduction(text)).toBeNull();
  });

  it('takes out what it names, and leaves the rest as it was', () => {
    const whole = planOf(4);
    const [first] = whole.stories;
    const plan = planOf(4, { stories: [0], processes: 1, faultsOff: ['replyLost'], stormMs: 9 });
    expect(plan.stories).toEqual([first]);
    expect(plan.processes).toHaveLength(1);
    expect(new Set(plan.processes.flat())).toEqual(new Set(whole.processes.flat()));
    expect(plan.faults).toEqual({ ...whole.faults, replyLost: 0 });
    expect(plan.stormMs).toBe(9);
  });
});

describe('shrinking', () => {
  it('keeps what a failure needs, and nothing else', async () => {
    const seed = Array.from({ length: 200 }, (_, index) => index + 1).find((each) => {
      const { stories, processes, faults } = planOf(each);
      return stories.length > 5 && processes.length > 2 && faults.replyLost > 0;
    });
    const failed = { ...failing, seed: seed ?? 0 };
    const needed = planOf(failed.seed).stories[3]?.index ?? -1;
    // Fails whenever this one story is told and answers are lost.
    const run = (reduction: Reduction): Promise<SeedResult> => {
      const { stories, faults } = planOf(failed.seed, reduction);
      const fails = stories.some(({ index }) => index === needed) && faults.replyLost > 0;
      return Promise.resolve(fails ? failed : result());
    };
    const { reduction } = await shrink({ failed, run });
    const plan = planOf(failed.seed, reduction);
    expect(plan.stories.map(({ index }) => index)).toEqual([needed]);
    expect(plan.poison).toEqual([]);
    expect(plan.processes).toHaveLength(1);
    expect(reduction.faultsOff).not.toContain('replyLost');
    expect(plan.faults.replyLost).toBeGreaterThan(0);
    expect(plan.stormMs).toBeLessThan(1_000);
    expect(rerunCommand({ seed: failed.seed, reduction })).toContain(`stories=${needed}`);
  });

  it('does not take another failure for this one', async () => {
    const other = result({ findings: [{ ...finding, checker: 'money', invariant: 'I7' }] });
    const { reduction } = await shrink({ failed: failing, run: () => Promise.resolve(other) });
    expect(reduction).toEqual({});
  });
});

describe('the command line', () => {
  it('has defaults, and takes what is given', () => {
    expect(parseOptions([])).toMatchObject({ from: 1, seeds: 500, timeMs: null, seed: null });
    expect(parseOptions(['--minutes', '2.5'])).toMatchObject({ seeds: Infinity, timeMs: 150_000 });
    const reduced = parseOptions(['--seed', '7', '--reduce', 'stories=1', '--trace']);
    expect(reduced).toMatchObject({ seed: 7, reduction: { stories: [1] }, trace: true });
  });

  it.each([
    ['--seeds', '0'],
    ['--seeds', '1.5'],
    ['--what'],
    ['--reduce', 'x'],
    ['--minutes', 'a'],
  ])('refuses %s %s', (...args) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
  });
});

describe('what npm test counts', () => {
  const all: readonly Hunted[] = mutants.map(({ name, what, expected }) => ({
    ...{ mutant: name, what, expected, caughtAt: 1, seeds: 1, by: expected },
  }));
  function totals(seeds: number, ...others: readonly SeedResult[]) {
    const counting = new Counting();
    for (let seed = 1; seed <= seeds; seed += 1) counting.add(result({ seed, hash: `h${seed}` }));
    for (const other of others) counting.add(other);
    counting.addRepeat(result(), result());
    return counting.totals();
  }

  it('is one test a checker and a planted bug, and one each for the campaign', () => {
    const outcome = asTests(totals(50), all);
    expect(outcome.failures).toEqual([]);
    expect(outcome.passed).toBe(checkers.length + mutants.length + 5);
  });

  it('fails with the seed that a checker found something in', () => {
    const { failures } = asTests(totals(50, { ...failing, seed: 77 }), all);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.message).toContain('--seed 77');
  });

  it('fails on a surviving bug, few seeds, another history, no seed at all', () => {
    const [first, ...rest] = all;
    if (first === undefined) throw new Error('there are bugs');
    expect(asTests(totals(50), [{ ...first, caughtAt: null }, ...rest]).failures).toHaveLength(1);
    expect(asTests(totals(3), all).failures).toHaveLength(1);
    expect(asTests({ ...totals(50), different: [4] }, all).failures).toHaveLength(1);
    expect(asTests(totals(0), all).failures.length).toBeGreaterThan(checkers.length);
  });

  it('fails on a checker that found no planted bug', () => {
    const { failures } = asTests(
      totals(50),
      all.map((each) => ({ ...each, by: ['outcomes'] })),
    );
    expect(failures[0]?.what).toContain('each checker');
  });
});

it('a campaign of enough seeds must have reached every rare state, a short one need not', () => {
  const sometimes = Object.fromEntries(rareStates.slice(1).map((name) => [name, 1]));
  expect(missingStates({ seeds: 100_000, sometimes })).toEqual(rareStates.slice(0, 1));
  expect(missingStates({ seeds: 10, sometimes: {} })).toEqual([]);
});

it('every day each checker is to find a planted bug itself, and in the end each bug is planted', () => {
  const names = checkers.map(({ name }) => name);
  const days = mutants.map((_, day) => proofsOf(dayOf(day * 86_400_000 + 1)));
  for (const proofs of days) expect(proofs.flatMap(({ expected }) => expected)).toEqual(names);
  const planted = new Set(days.flat().map(({ name }) => name));
  expect(mutants.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
});
