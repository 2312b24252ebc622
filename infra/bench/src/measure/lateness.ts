import { setTimeout as sleep } from 'node:timers/promises';
import { alertingMix, stepsPerHistory } from '../alert-log/histories.ts';
import type { LogPlan } from '../alert-log/waves.ts';
import { activateGrace } from '../alert-log/write.ts';
import type { PacedWrite } from '../alert-log/write-at-pace.ts';
import { writeAtPace } from '../alert-log/write-at-pace.ts';
import { alertsOf } from '../alerts/findings.ts';
import type { LatenessByKind } from '../alerts/lateness.ts';
import { latenessOf } from '../alerts/lateness.ts';
import { watchAlerts } from '../alerts/watch-alerts.ts';
import type { Contender, ContenderName } from '../contenders/contender.ts';
import type { ProcessFigures } from '../contenders/process-figures.ts';
import { processFigures } from '../contenders/process-figures.ts';
import { graceMs, latenessTailMs, latenessWarmUpMs, pauseMs, waveEveryMs } from '../limits.ts';
import type { AlertBenchOptions } from './alert-bench.ts';
import { contendersOf, writerOf } from './alert-bench.ts';

export interface LatenessResult extends LatenessByKind {
  readonly part: 'lateness';
  readonly contender: ContenderName;
  readonly perSecond: number;
  /** Of what counts, after the warm-up. */
  readonly seconds: number;
  readonly written: PacedWrite;
  /** Processor time of the process and of the broker while the load went on, s. */
  readonly cpuSeconds: number | null;
  readonly brokerCpuSeconds: number | null;
}

/** How long after their deadlines alerts are there, while records come at a steady rate. */
export async function measureLateness(
  options: AlertBenchOptions,
  loads: { readonly perSecond: readonly number[]; readonly seconds: number },
): Promise<void> {
  const { report, signal } = options;
  for (const perSecond of loads.perSecond) {
    for (const contender of await contendersOf(options)) {
      await sleep(pauseMs, undefined, { signal });
      report(`${contender.name} at ${perSecond} records/s for ${loads.seconds} s`);
      const { seconds } = loads;
      options.onResult(await latenessAt(options, contender, { perSecond, seconds }));
    }
  }
}

async function latenessAt(
  options: AlertBenchOptions,
  contender: Contender,
  load: { readonly perSecond: number; readonly seconds: number },
): Promise<LatenessResult> {
  const { world, signal } = options;
  await world.renew('everything');
  const writer = writerOf(options, 'load');
  await activateGrace(writer, graceMs);
  const running = await contender.start();
  try {
    await running.ready();
    const cpu = cpuClock([() => running.figures(), () => processFigures(world.stack.pid('kafka'))]);
    const before = await cpu();
    let overMs = Number.POSITIVE_INFINITY;
    const isOver = () => performance.now() > overMs;
    const watched = watchAlerts({ log: world.log(), signal, of: running, isOver });
    const written = await Promise.race([
      writeAtPace(writer, planOf(load)),
      // Only its failure can come first.
      watched.then(() => Promise.reject(new Error('the alerts ended before the load'))),
    ]);
    const [cpuSeconds = null, brokerCpuSeconds = null] = differences(before, await cpu());
    overMs = performance.now() + graceMs + latenessTailMs;
    const alerts = alertsOf(world.codec, await watched);
    const within = {
      fromMs: written.fromMs + latenessWarmUpMs,
      toMs: written.toMs - latenessTailMs,
    };
    const lateness = latenessOf(alerts, within);
    const figures = { written, cpuSeconds, brokerCpuSeconds };
    return { part: 'lateness', contender: contender.name, ...load, ...figures, ...lateness };
  } finally {
    await running.stop();
  }
}

type CpuSeconds = readonly (number | null)[];

const cpuClock =
  (of: readonly (() => Promise<ProcessFigures>)[]) => async (): Promise<CpuSeconds> => {
    const figures = await Promise.all(of.map((figuresOf) => figuresOf()));
    return figures.map(({ cpuSeconds }) => cpuSeconds);
  };

const differences = (before: CpuSeconds, after: CpuSeconds): CpuSeconds =>
  after.map((seconds, n) => {
    const from = before[n] ?? null;
    return seconds === null || from === null ? null : seconds - from;
  });

function planOf(load: { readonly perSecond: number; readonly seconds: number }): LogPlan {
  const coursesPerSecond = load.perSecond / stepsPerHistory;
  const coursesPerWave = Math.max(1, Math.round((coursesPerSecond * waveEveryMs) / 1_000));
  const allMs = latenessWarmUpMs + load.seconds * 1_000 + latenessTailMs;
  const waves = Math.ceil(allMs / waveEveryMs);
  const keys = coursesPerWave * waves;
  const records = keys * stepsPerHistory;
  return { records, keys, mix: alertingMix, coursesPerWave, prefilled: false };
}
