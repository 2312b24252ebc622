import { parsedArgs, UsageError } from '../program/usage.ts';
import * as limits from './limits.ts';

export interface TruthOptions {
  readonly histories: number;
  readonly seed: number;
  /** Only the mistakes of this rule count; null for all. */
  readonly rule: string | null;
  /** Only this history. */
  readonly history: number | null;
  readonly trace: boolean;
  readonly mutants: boolean;
  /** A planted bug that the whole measurement has. */
  readonly mutant: string | null;
  readonly workers: number | null;
  readonly json: boolean;
  readonly record: boolean;
  readonly help: boolean;
}

export const help = `Usage: npm run alerts:truth -- [options]

Writes histories of orders, payments, checkouts, endpoints and accounts with known inconsistencies,
runs the alert topology over them, and compares what it says with what is true. The same seed and
commit give the same histories.

  --histories <n>   how many (default ${limits.historiesDefault})
  --seed <s>        of all of them (default 1)
  --rule <X>        shows and judges this rule alone
  --history <k>     only the world of this history; with --trace all that is known of it
  --trace           with --history: its events, what was expected, and what was said
  --mutants         plants a bug in one rule after the other, and shows by what it is caught
  --mutant <name>   plants this bug, such as 'A never', which makes a measurement fail
  --workers <n>     threads (default: one a core)
  --record          writes the result into infra/integrity/results as well
  --json            prints one line of JSON at the end and nothing else
`;

/** Errors: {@link UsageError}. */
export function parseOptions(args: readonly string[]): TruthOptions {
  const values = parse(args);
  const history = wholeOf(values.history, 'history', 0);
  if (values.trace && history === null) throw new UsageError('--trace needs --history');
  return {
    histories: wholeOf(values.histories, 'histories', 1) ?? limits.historiesDefault,
    seed: wholeOf(values.seed, 'seed', 0) ?? 1,
    workers: wholeOf(values.workers, 'workers', 1),
    ...{ history, rule: values.rule ?? null, mutant: values.mutant ?? null },
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
      ...{ histories: text, seed: text, rule: text, history: text, mutant: text, workers: text },
      ...{ trace: flag, mutants: flag, json: flag, record: flag, help: flag },
    },
  });
}

function wholeOf(text: string | undefined, name: string, least: number): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(number) || number < least) {
    throw new UsageError(`--${name} ${text} is no whole number from ${least}`);
  }
  return number;
}
