import type { BenchArguments } from './arguments.ts';
import { startsDefault } from './limits.ts';
import { machine } from './machine.ts';
import { measureJoin } from './measure/join.ts';
import { measureLatency } from './measure/latency.ts';
import type { Measuring } from './measure/measuring.ts';
import { measureColdStart, measureWarmStarts } from './measure/start.ts';
import { machineLines, medianOf, resultLine } from './print.ts';
import type { Result } from './save.ts';
import { saveResults } from './save.ts';
import { openBenchLog } from './world/open-bench-log.ts';

/** Measures what was asked for, printing each result as it comes. Errors: LocalStackError. */
export async function runBench(chosen: BenchArguments, signal: AbortSignal): Promise<void> {
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const measuredOn = machine();
  write(machineLines(measuredOn));
  const results: Result[] = [];
  const onResult = (result: Result) => {
    results.push(result);
    write(resultLine(result));
  };
  const options = { report, signal, onResult };
  if (chosen.parts.has('latency')) {
    const { rates, seconds } = chosen;
    await measureLatency({ ...options, rates, seconds });
  }
  if (chosen.parts.has('start')) {
    await measureWarmStarts(options, startsDefault);
    const times = results.flatMap((r) =>
      r.part === 'start' && r.kind === 'warm' ? [r.firstPaidMs] : [],
    );
    const median = medianOf(times);
    if (median !== null)
      write(`warm start, median of ${times.length}: ${(median / 1_000).toFixed(1)} s`);
  }
  if (chosen.cold) await measureColdStart(options);
  if (chosen.parts.has('join')) await measureAlertJoin(options, chosen);
  if (chosen.save) write(`saved to ${await saveResults(measuredOn, results)}`);
}

async function measureAlertJoin(options: Measuring, chosen: BenchArguments): Promise<void> {
  const { report, signal } = options;
  const world = await openBenchLog({ report, signal });
  try {
    const { contenders, threads, cache, env, records, keys } = chosen;
    const alertBench = { ...options, world, contenders, threads, cache, env };
    if (chosen.parts.has('join')) await measureJoin(alertBench, { records, keys });
  } finally {
    await world.close();
  }
}
