import { checkers } from '../checkers/checkers.ts';
import { testSeedsMin } from '../limits.ts';
import type { Hunted } from './hunt-mutants.ts';
import { idleCheckers } from './hunt-mutants.ts';
import { rerunCommand } from './print.ts';
import { missingStates } from './rare-states.ts';
import type { Totals } from './tally-up.ts';

/** What `npm test` counts. */
export interface TestOutcome {
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly { readonly what: string; readonly message: string }[];
}

/**
 * A campaign as tests: one for each checker over all seeds, one for each planted bug, and one each
 * for what holds of the campaign itself. A checker that never looked has not passed.
 */
export function asTests(totals: Totals, hunted: readonly Hunted[]): TestOutcome {
  const tests: { readonly what: string; readonly problem: string | null }[] = [
    ...checkers.map(({ name, title }) => ({ what: title, problem: foundBy(totals, name) })),
    { what: 'no run ends before its time', problem: foundBy(totals, 'run') },
    { what: 'the same seed gives the same history', problem: repeats(totals) },
    { what: `at least ${testSeedsMin} seeds are run`, problem: tooFew(totals) },
    { what: 'the rare states are reached', problem: missing(totals) },
    ...hunted.map(({ mutant, what, caughtAt, seeds, expected }) => ({
      what: `finds the planted bug ${mutant}: ${what}`,
      problem:
        caughtAt === null
          ? `${expected.join(', ')}: not in ${seeds} seeds; npm run simulate -- --mutants --mutant ${mutant}`
          : null,
    })),
    { what: 'each checker finds a planted bug', problem: idleCheckers(hunted).join(', ') || null },
  ];
  return {
    passed: tests.filter(({ problem }) => problem === null).length,
    skipped: 0,
    failures: tests.flatMap(({ what, problem }) =>
      problem === null ? [] : [{ what: `simulation > ${what}`, message: problem }],
    ),
  };
}

function foundBy(totals: Totals, checker: string): string | null {
  for (const { seed, findings } of totals.failed) {
    const finding = findings.find((each) => each.checker === checker);
    if (finding === undefined) continue;
    return `${rerunCommand({ seed, reduction: {} })}\n${finding.invariant} ${finding.what}`;
  }
  return totals.seeds === 0 ? 'no seed was run' : null;
}

function repeats({ repeated, different }: Totals): string | null {
  if (repeated === 0) return 'no seed was run twice';
  return different.length === 0 ? null : `not so: ${different.join(', ')}`;
}

const tooFew = ({ seeds }: Totals): string | null =>
  seeds >= testSeedsMin ? null : `only ${seeds} were`;

const missing = (totals: Totals): string | null => missingStates(totals).join('; ') || null;
