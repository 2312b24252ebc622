import type { Alert, Findings } from '../alerts/findings.ts';
import { alertsOf, findingsOf } from '../alerts/findings.ts';
import type { Pace } from '../alerts/pace.ts';
import { paceOf } from '../alerts/pace.ts';
import { watchAlerts } from '../alerts/watch-alerts.ts';
import type { Contender, ContenderName } from '../contenders/contender.ts';
import type { ProcessFigures } from '../contenders/process-figures.ts';
import { processFigures } from '../contenders/process-figures.ts';
import type { BenchLog } from '../world/open-bench-log.ts';

/** One program over the whole of a prepared log. */
export interface JoinRun extends Pace, ProcessFigures {
  readonly contender: ContenderName;
  /** Processor time of the broker meanwhile, s: it shares the machine, and each asks otherwise. */
  readonly brokerCpuSeconds: number | null;
  readonly findings: Findings;
}

export interface JoinOptions {
  readonly world: BenchLog;
  readonly contender: Contender;
  readonly records: number;
  readonly signal: AbortSignal;
  /** How the process ends when it is done; `stop` if unset. */
  readonly end?: 'stop' | 'kill';
  /** Alerts that tell how far the program is; all of them if unset. */
  readonly paceBy?: (alert: Alert) => boolean;
}

/**
 * Lets a program take the prepared log from its start, and watches the alert topic meanwhile. What
 * earlier runs left is deleted before.
 */
export async function runJoin(options: JoinOptions): Promise<JoinRun> {
  await options.world.renew('results');
  return (await takeLog(options)).run;
}

/** Lets a program take the log as it stands, and gives what it found besides, marks left out. */
export async function takeLog(
  options: JoinOptions,
): Promise<{ readonly run: JoinRun; readonly alerts: readonly Alert[] }> {
  const { world, contender, records, signal, end = 'stop' } = options;
  contender.begin();
  const broker = world.stack.pid('kafka');
  const before = (await processFigures(broker)).cpuSeconds;
  const startMs = performance.timeOrigin + performance.now();
  const running = await contender.start();
  try {
    const seen = await watchAlerts({ log: world.log(), signal, of: running });
    const figures = await running.figures();
    const after = (await processFigures(broker)).cpuSeconds;
    const alerts: readonly Alert[] = alertsOf(world.codec, seen);
    const endMs = seen.at(-1)?.seenMs ?? Number.NaN;
    const seenMs = (options.paceBy === undefined ? alerts : alerts.filter(options.paceBy)).map(
      (alert) => alert.seenMs,
    );
    const run = {
      contender: contender.name,
      ...paceOf({ records, startMs, endMs, seenMs }),
      ...figures,
      brokerCpuSeconds: before === null || after === null ? null : after - before,
      findings: findingsOf(alerts),
    };
    return { run, alerts };
  } finally {
    await running[end]();
  }
}
