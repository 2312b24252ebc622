import { parsedArgs, UsageError } from '../../program/usage.ts';
import type { Reduction } from '../plan/reduction.ts';
import { parseReduction } from '../plan/reduction.ts';
import { seedsDefault } from '../limits.ts';

export interface SimulateOptions {
  readonly from: number;
  /** How many; unlimited when only a time is given. */
  readonly seeds: number;
  /** Ends when it is over, wall-clock ms; null when only the count ends it. */
  readonly timeMs: number | null;
  /** Only this one. */
  readonly seed: number | null;
  readonly reduction: Reduction;
  readonly trace: boolean;
  readonly mutants: boolean;
  /** A planted bug that every seed has. */
  readonly mutant: string | null;
  readonly workers: number | null;
  readonly json: boolean;
  readonly record: boolean;
  /** Where to write what `npm test` counts; planted bugs of the day and seeds are then run both. */
  readonly outcome: string | null;
  readonly help: boolean;
}

export const help = `Usage: npm run simulate -- [options]

Runs the production topologies, deciders and projections in a simulated world full of faults, and
asks every checker after each run. The same seed and commit give the same run.

  --seeds <n>       how many seeds (default ${seedsDefault})
  --from <s>        the first of them (default 1)
  --minutes <m>     ends after so long, whatever --seeds says
  --seed <s>        only this one; with --trace its last 2,000 lines
  --reduce <what>   with --seed: what a shrunk seed is printed with
  --mutants         plants bugs instead, and shows which checker finds which
  --mutant <name>   plants this bug, which makes a campaign fail and shrink; with --mutants no other
  --workers <n>     threads (default: one a core)
  --outcome <file>  plants the bugs of the day, one for each checker, runs seeds, and writes what
                    npm test counts
  --record          writes the result into infra/integrity/results as well
  --json            prints one line of JSON at the end and nothing else
`;

/** Errors: {@link UsageError}. */
export function parseOptions(args: readonly string[]): SimulateOptions {
  const values = parse(args);
  const reduction = parseReduction(values.reduce ?? '');
  if (reduction === null) throw new UsageError(`--reduce ${values.reduce ?? ''} is no reduction`);
  const minutes = numberOf(values.minutes, 'minutes');
  return {
    from: wholeOf(values.from, 'from') ?? 1,
    seeds: wholeOf(values.seeds, 'seeds') ?? (minutes === null ? seedsDefault : Infinity),
    timeMs: minutes === null ? null : minutes * 60_000,
    seed: wholeOf(values.seed, 'seed'),
    workers: wholeOf(values.workers, 'workers'),
    mutant: values.mutant ?? null,
    outcome: values.outcome ?? null,
    reduction,
    ...{ trace: values.trace, mutants: values.mutants, json: values.json },
    ...{ record: values.record, help: values.help },
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  return parsedArgs({
    args: [...args],
    options: {
      ...{ seeds: text, from: text, minutes: text, seed: text, reduce: text, mutant: text },
      outcome: text,
      ...{ workers: text, trace: flag, mutants: flag, json: flag, record: flag, help: flag },
    },
  });
}

function numberOf(text: string | undefined, name: string): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number <= 0) {
    throw new UsageError(`--${name} ${text} is no number above zero`);
  }
  return number;
}

function wholeOf(text: string | undefined, name: string): number | null {
  const number = numberOf(text, name);
  if (number !== null && !Number.isSafeInteger(number)) {
    throw new UsageError(`--${name} ${text ?? ''} is no whole number`);
  }
  return number;
}
