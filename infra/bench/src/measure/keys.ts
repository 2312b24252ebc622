import { setTimeout as sleep } from 'node:timers/promises';
import { keyCounts, pauseMs } from '../limits.ts';
import type { AlertBenchOptions, PreparedLog } from './alert-bench.ts';
import { contendersOf, prepareLog } from './alert-bench.ts';
import { requireSame } from './join.ts';
import type { JoinRun } from './run-join.ts';
import { runJoin } from './run-join.ts';

export interface KeysResult extends JoinRun {
  readonly part: 'keys';
  readonly log: PreparedLog;
  readonly threads: number;
  readonly cache: boolean;
}

/**
 * The same number of records over ever more keys. Every key has an order before the records that
 * count, which then go to keys all over, so that the state is as large as the number says.
 */
export async function measureKeys(
  options: AlertBenchOptions,
  records: number,
  counts: readonly number[] = keyCounts,
): Promise<void> {
  const { world, report, signal, threads, cache } = options;
  for (const keys of counts) {
    const contenders = await contendersOf(options);
    const log = await prepareLog(options, { records, keys, prefilled: true });
    let first: JoinRun | null = null;
    for (const contender of contenders) {
      await sleep(pauseMs, undefined, { signal });
      report(`${contender.name} takes the log`);
      const run = await runJoin({ world, contender, records, signal });
      requireSame(first ?? run, run);
      first ??= run;
      options.onResult({ part: 'keys', log, threads, cache, ...run });
    }
  }
}
