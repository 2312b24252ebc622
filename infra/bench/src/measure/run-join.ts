import type { Alert, Findings } from '../alerts/findings.ts';
import { alertsOf, findingsOf } from '../alerts/findings.ts';
import type { Pace } from '../alerts/pace.ts';
import { paceOf } from '../alerts/pace.ts';
import { watchAlerts } from '../alerts/watch-alerts.ts';
import type { Contender, ContenderName, RunningContender } from '../contenders/contender.ts';
import type { ProcessFigures } from '../contenders/process-figures.ts';
import { processFigures } from '../contenders/process-figures.ts';
import type { BenchLog } from '../world/open-bench-log.ts';

/** One program over the whole of a prepared log. */
export interface JoinRun extends Pace, ProcessFigures {
  readonly contender: ContenderName;
  readonly findings: Findings;
}

/**
 * Lets a program take the prepared log from its start, and watches the alert topic meanwhile. What
 * earlier runs left is deleted before. The process is given to `after`, and stopped then.
 */
export async function runJoin(options: {
  readonly world: BenchLog;
  readonly contender: Contender;
  readonly records: number;
  readonly signal: AbortSignal;
  after?(running: RunningContender): Promise<void>;
}): Promise<JoinRun> {
  const { world, contender, records, signal } = options;
  await world.renew('results');
  const startMs = performance.timeOrigin + performance.now();
  const running = await contender.start();
  try {
    const seen = await watchAlerts(world.log(), signal);
    const figures = await processFigures(running.pid);
    const alerts: readonly Alert[] = alertsOf(world.codec, seen);
    const endMs = seen.at(-1)?.seenMs ?? Number.NaN;
    const seenMs = alerts.map((alert) => alert.seenMs);
    await options.after?.(running);
    return {
      contender: contender.name,
      ...paceOf({ records, startMs, endMs, seenMs }),
      ...figures,
      findings: findingsOf(alerts),
    };
  } finally {
    await running.stop();
  }
}
