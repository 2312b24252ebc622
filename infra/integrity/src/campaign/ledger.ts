import { appendFile, mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import type { AtGateways } from './at-gateways.ts';
import type { Broken } from './break-things.ts';
import type { HandedOver } from './hand-over.ts';
import type { Rolled } from './roll-version.ts';
import { root } from './version-before.ts';

/** One campaign, as it is kept: a line of JSON. */
export interface LedgerLine {
  readonly at: string;
  readonly commit: string;
  readonly seed: number;
  readonly command: string;
  readonly machine: { readonly cores: number; readonly node: string };
  readonly seconds: number;
  readonly verdict: 'held' | 'violated' | 'stopped';
  readonly broken: Omit<Broken, 'violations'> | null;
  readonly paid: number;
  readonly records: number;
  readonly drainedMs: number | null;
  /** What else was run: `ok`, or why not. */
  readonly simulation: string | null;
  readonly truth: string | null;
  readonly endpoints: string | null;
  readonly suites: string | null;
  readonly before: Rolled | string | null;
  readonly atGateways: Omit<AtGateways, 'violations'> | null;
  readonly handedOver: Omit<HandedOver, 'violations'> | null;
  readonly violations: readonly { readonly invariant: string; readonly what: string }[];
}

export const machine = () => ({ cores: cpus().length, node: process.version });

const ledgerFile = join(root, '.plumbline', 'campaigns.jsonl');
const resultsFile = join(root, 'infra', 'integrity', 'results', 'campaigns.jsonl');

/** Every campaign is written down, violated ones too. Returns the files. */
export async function writeLedger(line: LedgerLine, save: boolean): Promise<readonly string[]> {
  const files = save ? [ledgerFile, resultsFile] : [ledgerFile];
  for (const file of files) {
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, `${JSON.stringify(line)}\n`);
  }
  return files;
}
