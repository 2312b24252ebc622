import { setTimeout as sleep } from 'node:timers/promises';
import type { VerifyLogOptions } from '@plumbline/cli';
import { verifyLog } from '@plumbline/cli';
import { topics } from '@plumbline/events';
import { chainedRecords } from '../alert-log/chained.ts';
import { usualMix } from '../alert-log/histories.ts';
import { coursesOf } from '../alert-log/waves.ts';
import { writePlan } from '../alert-log/write.ts';
import type { Done } from '../contenders/read-and-decode.ts';
import { readAndDecode } from '../contenders/read-and-decode.ts';
import { coursesPerWave, pauseMs } from '../limits.ts';
import type { AlertBenchOptions } from './alert-bench.ts';
import { writerOf } from './alert-bench.ts';
import type { RebuildResult } from './rebuild.ts';

/** Measured as a rebuild is, with no Postgres beside it. */
export interface VerifyResult extends Omit<RebuildResult, 'part' | 'postgresCpuSeconds'> {
  readonly part: 'verify';
}

/**
 * The chains and sums of a log of orders and payments, by verify; beside kafkajs, which only reads and
 * decodes the same topics.
 */
export async function measureVerify(
  options: AlertBenchOptions,
  size: { readonly records: number },
): Promise<void> {
  const { world, report, signal } = options;
  await world.renew('everything');
  report(`Writing a log of ${size.records} records, chained`);
  const keys = Math.max(coursesOf(size), 1);
  const plan = { records: size.records, keys, prefilled: false, mix: usualMix, coursesPerWave };
  await writePlan(writerOf(options, 'bench'), plan, chainedRecords());
  const { codec } = world;
  const read = [topics.ordersEvents.name, topics.paymentsEvents.name];
  const reading = { broker: world.stack.kafka, codec, topics: read, signal };
  const verify = (parts: VerifyLogOptions['parts']) => async (): Promise<Done> => {
    const verified = await verifyLog({
      ...{ log: world.log(), codec, signal, parts },
      ...{ partition: null, nowMs: Date.now(), listed: 5 },
    });
    const [chains] = verified.parts.filter(({ part }) => part === 'chains');
    if (chains !== undefined && chains.state !== 'holds')
      throw new Error(`the chains do not hold: ${JSON.stringify(chains.counts)}`);
    return { records: chains?.looked['events'] ?? 0 };
  };
  const programs: readonly (readonly [string, () => Promise<Done>])[] = [
    ['kafkajs and avsc, nothing else', () => readAndDecode(reading)],
    ['verify --only chains', verify(['chains'])],
    ['verify --only chains,sums', verify(['chains', 'sums'])],
  ];
  let readPerSecond: number | null = null;
  for (const [program, run] of programs) {
    await sleep(pauseMs, undefined, { signal });
    report(program);
    const begin = performance.now();
    const before = process.cpuUsage();
    const { records, tookMs } = await run();
    const elapsedMs = tookMs ?? performance.now() - begin;
    const { user, system } = process.cpuUsage(before);
    const perSecond = (records * 1_000) / elapsedMs;
    options.onResult({
      ...{ part: 'verify', program, records, elapsedMs, perSecond },
      share: readPerSecond === null ? null : perSecond / readPerSecond,
      cpuSeconds: (user + system) / 1e6,
      rssMiB: process.memoryUsage.rss() / 1_048_576,
    });
    readPerSecond ??= perSecond;
  }
}
