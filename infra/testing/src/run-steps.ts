import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { shownOutputLines } from './limits.ts';
import { failure, type Outcome } from './outcome.ts';
import { runProcess } from './run-process.ts';
import type { Check, Tier } from './steps.ts';
import { outcomeOfVitest } from './vitest-report.ts';

export interface StepContext {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly write: (text: string) => void;
}

/** One check, counted as one. Its output is shown only if it fails. */
export async function runCheck(check: Check, context: StepContext): Promise<Outcome> {
  for (const [program = '', ...args] of check.commands) {
    const { exitCode, timedOut, output } = await runProcess({
      program,
      args,
      cwd: context.root,
      env: context.env,
      timeoutMs: check.timeoutMs,
      yielding: check.yielding,
      signal: context.signal,
    });
    if (exitCode === 0) continue;
    const lines = output.trimEnd().split('\n').slice(-shownOutputLines);
    context.write(`\n${lines.join('\n')}\n\n`);
    const how = timedOut
      ? `took longer than ${check.timeoutMs} ms`
      : `exit code ${exitCode ?? 'none'}`;
    return failure([program, ...args].join(' '), `${how}\n${firstProblem(lines)}`);
  }
  return { passed: 1, skipped: 0, failures: [] };
}

const firstProblem = (lines: readonly string[]): string =>
  stripVTControlCharacters(lines.find((line) => /error|warn/i.test(line)) ?? lines[0] ?? '');

export interface Share {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** One tier of tests, in a process of its own, with its output as it comes. */
export async function runTier(
  tier: Tier,
  options: StepContext & {
    readonly files: readonly string[];
    /** Which of how many; null for all. */
    readonly share?: Share | null;
  },
): Promise<Outcome> {
  const { share = null } = options;
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-test-'));
  const reportFile = join(folder, 'report.json');
  try {
    const result = await runProcess({
      program: 'node',
      args: [
        join('node_modules', 'vitest', 'vitest.mjs'),
        ...['run', '--project', `${tier.name}*`, ...options.files],
        ...(share === null ? [] : [`--shard=${share.number}/${share.of}`]),
        ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
      ],
      cwd: options.root,
      env: options.env,
      timeoutMs: tier.timeoutMs,
      signal: options.signal,
      onOutput: options.write,
    });
    if (result.timedOut)
      return failure(`the ${tier.name} run`, `took longer than ${tier.timeoutMs} ms`);
    const report = await readFile(reportFile, 'utf8').catch(() => null);
    return outcomeOfVitest({
      tier: tier.name,
      report,
      exitCode: result.exitCode,
      root: options.root,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
