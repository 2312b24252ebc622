import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from '@plumbline/local';
import { differenceOf } from '../alerts/findings.ts';
import type { Contender } from '../contenders/contender.ts';
import { pauseMs } from '../limits.ts';
import type { AlertBenchOptions, PreparedLog } from './alert-bench.ts';
import { contendersOf, prepareLog } from './alert-bench.ts';
import type { JoinRun } from './run-join.ts';
import { runJoin } from './run-join.ts';

export interface JoinResult extends JoinRun {
  readonly part: 'join';
  readonly log: PreparedLog;
  /** Threads of Kafka Streams; our process has one. */
  readonly threads: number;
  readonly cache: boolean;
}

/**
 * The alert join by each program over the same log, ours first and once more at the end, so that what
 * the machine does to one shows in the other. Errors: when they do not find the same alerts.
 */
export async function measureJoin(
  options: AlertBenchOptions,
  size: { readonly records: number; readonly keys?: number | undefined },
): Promise<void> {
  const { world, report, signal, threads, cache } = options;
  const contenders = await contendersOf(options);
  const log = await prepareLog(options, size);
  const [first] = contenders;
  const turns: readonly Contender[] =
    contenders.length > 1 && first !== undefined ? [...contenders, first] : contenders;
  const runs: JoinRun[] = [];
  for (const contender of turns) {
    await sleep(pauseMs, undefined, { signal });
    report(`${contender.name} takes the log`);
    const run = await runJoin({ world, contender, records: log.records, signal });
    requireSame(runs[0] ?? run, run);
    runs.push(run);
    options.onResult({ part: 'join', log, threads, cache, ...run });
  }
}

/** Errors: LocalStackError when two runs over one log did not find the same. */
export function requireSame(one: JoinRun, other: JoinRun): void {
  const difference = differenceOf(one.findings, other.findings);
  if (difference === null) return;
  throw new LocalStackError(
    `void: ${one.contender} and ${other.contender} did not find the same alerts: ${difference}`,
  );
}
