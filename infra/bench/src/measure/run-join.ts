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

/**
 * Lets a program take the prepared log from its start, and watches the alert topic meanwhile. What
 * earlier runs left is deleted before.
 */
export async function runJoin(options: {
  readonly world: BenchLog;
  readonly contender: Contender;
  readonly records: number;
  readonly signal: AbortSignal;
  /** How the process ends when it is done; `stop` if unset. */
  readonly end?: 'stop' | 'kill';
}): Promise<JoinRun> {
  const { world, contender, records, signal, end = 'stop' } = options;
  await world.renew('results');
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
    const seenMs = alerts.map((alert) => alert.seenMs);
    return {
      contender: contender.name,
      ...paceOf({ records, startMs, endMs, seenMs }),
      ...figures,
      brokerCpuSeconds: before === null || after === null ? null : after - before,
      findings: findingsOf(alerts),
    };
  } finally {
    await running[end]();
  }
}
