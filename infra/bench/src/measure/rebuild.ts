import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import { openStack } from '@plumbline/local';
import { silentLogger } from '@plumbline/observability';
import { paymentsProjection } from '@plumbline/payments';
import { openPostgres, rebuildAndCompare, rebuildModel } from '@plumbline/postgres';
import { naiveProjector } from '../contenders/naive-projector.ts';
import { cpuSecondsWithChildren } from '../contenders/process-figures.ts';
import type { Done } from '../contenders/read-and-decode.ts';
import { readAndDecode } from '../contenders/read-and-decode.ts';
import { naiveRecords, pauseMs } from '../limits.ts';
import type { AlertBenchOptions } from './alert-bench.ts';
import { prepareLog } from './alert-bench.ts';

export interface RebuildResult {
  readonly part: 'rebuild';
  readonly program: string;
  /** Of the payments' events. */
  readonly records: number;
  readonly elapsedMs: number;
  readonly perSecond: number;
  /** Of what kafkajs can read and avsc decode, in the same run. */
  readonly share: number | null;
  /** Processor time of this process, and of Postgres. */
  readonly cpuSeconds: number;
  readonly postgresCpuSeconds: number;
  /** Of this process, afterwards, and the most that its heap has had. */
  readonly rssMiB: number;
}

const topic = topics.paymentsEvents.name;

/**
 * The payments' read model from a log of payments: rebuilt by COPY and as JSON, compared, and by a
 * projector of one transaction a record; beside kafkajs, which only reads and decodes.
 */
export async function measureRebuild(
  options: AlertBenchOptions,
  size: { readonly records: number },
): Promise<void> {
  const { world, report, signal } = options;
  await prepareLog(options, { records: size.records });
  const stack = await openStack({
    ...{ report, signal, ports: 'free', purpose: 'npm run bench' },
    parts: ['postgres'],
  });
  const postgres = openPostgres({ url: stack.postgresUrl, logger: silentLogger, poolMax: 8 });
  const { codec } = world;
  const log = world.log();
  const base = { projection: paymentsProjection, log, codec, postgres, signal };
  const build = async (copiedRowsMin?: number): Promise<Done> => {
    const { records } = await rebuildModel({
      ...{ ...base, by: 'npm run bench', load: 1, recordsPerSecond: null },
      ...{ fresh: true, keepOld: false, acceptLoss: false },
      ...(copiedRowsMin === undefined ? {} : { copiedRowsMin }),
    });
    return { records };
  };
  const reading = (): Promise<Done> =>
    readAndDecode({ broker: world.stack.kafka, codec, topics: [topic], signal });
  const programs: readonly (readonly [string, () => Promise<Done>])[] = [
    ['kafkajs and avsc, nothing else', reading],
    ['rebuild', () => build()],
    ['rebuild, rows as JSON', () => build(Number.MAX_SAFE_INTEGER)],
    ['verify', () => rebuildAndCompare(base)],
    [
      'a transaction a record',
      async () => ({ records: await naiveProjector({ ...base, records: naiveRecords }) }),
    ],
  ];
  let readPerSecond: number | null = null;
  try {
    for (const [program, run] of programs) {
      await sleep(pauseMs, undefined, { signal });
      report(program);
      const result = await timed(program, run, { readPerSecond, pid: stack.pid('postgres') });
      readPerSecond ??= result.perSecond;
      options.onResult(result);
    }
  } finally {
    await postgres.close();
    await stack.stop();
  }
}

async function timed(
  program: string,
  run: () => Promise<Done>,
  beside: { readonly readPerSecond: number | null; readonly pid: number },
): Promise<RebuildResult> {
  const { readPerSecond, pid } = beside;
  const startedAtMs = performance.now();
  const before = process.cpuUsage();
  const postgresBefore = await cpuSecondsWithChildren(pid);
  const { records, tookMs } = await run();
  const elapsedMs = tookMs ?? performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  const postgresCpuSeconds = (await cpuSecondsWithChildren(pid)) - postgresBefore;
  const perSecond = (records * 1_000) / elapsedMs;
  const share = readPerSecond === null ? null : perSecond / readPerSecond;
  const rssMiB = process.memoryUsage.rss() / 1_048_576;
  return {
    ...{ part: 'rebuild', program, records, elapsedMs, perSecond, share },
    ...{ cpuSeconds, postgresCpuSeconds, rssMiB },
  };
}
