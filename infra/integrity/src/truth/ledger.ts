import { join } from 'node:path';
import { ledgerFolder, origin, resultsFolder } from '../simulation/campaign/ledger.ts';
import type { Verdict } from '../simulation/campaign/ledger.ts';
import type { CaughtMutant } from './hunt-mutants.ts';
import type { Totals } from './tally.ts';

/** Every run on this machine; not in git. */
export const ledgerFile = join(ledgerFolder, 'truth-ledger.jsonl');
/** Runs whose results are claimed somewhere; in git. */
export const resultsFile = join(resultsFolder, 'truth.jsonl');

/** One line of the ledger. */
export interface TruthLine extends ReturnType<typeof origin> {
  readonly seconds: number;
  readonly verdict: Verdict;
  readonly seed: number;
  readonly totals?: Totals;
  readonly mutants?: readonly CaughtMutant[];
}

export const originOf = (args: readonly string[]) => origin(args, 'npm run alerts:truth --');
