import { spawnSync } from 'node:child_process';
import { appendFile, mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Hunted } from './hunt-mutants.ts';
import type { Totals } from './tally-up.ts';

const root = fileURLToPath(new URL('../../../../../', import.meta.url));

export const ledgerFolder = join(root, '.plumbline');
export const resultsFolder = join(root, 'infra', 'integrity', 'results');

/** Every run on this machine; not in git. */
export const ledgerFile = join(ledgerFolder, 'simulation-ledger.jsonl');
/** Campaigns whose results are claimed somewhere; in git. */
export const resultsFile = join(resultsFolder, 'simulation.jsonl');

export type Verdict = 'passed' | 'failed' | 'stopped';

/** One line of the ledger. */
export interface LedgerLine {
  readonly at: string;
  readonly commit: string;
  /** Files differed from the commit. */
  readonly changed: boolean;
  readonly command: string;
  readonly node: string;
  readonly cores: number;
  readonly seconds: number;
  readonly verdict: Verdict;
  readonly from: number;
  readonly totals?: Omit<Totals, 'failed'> & { readonly failedSeeds: readonly number[] };
  readonly mutants?: readonly Hunted[];
}

/** What a line says of where it comes from. */
export function origin(args: readonly string[], program = 'npm run simulate --') {
  return {
    at: new Date().toISOString(),
    commit: git('rev-parse', '--short=12', 'HEAD') || 'unknown',
    changed: git('status', '--porcelain', '--untracked-files=no') !== '',
    command: [program, ...args].join(' ').trim(),
    node: process.version,
    cores: cpus().length,
  };
}

function git(...args: readonly string[]): string {
  const { status, stdout } = spawnSync('git', [...args], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
}

export async function writeLedger(line: object, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await appendFile(file, `${JSON.stringify(line)}\n`);
}

export function totalsLine({ failed, ...totals }: Totals): NonNullable<LedgerLine['totals']> {
  return { ...totals, failedSeeds: failed.map(({ seed }) => seed) };
}
