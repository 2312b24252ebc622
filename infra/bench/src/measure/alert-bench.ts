import type { Mix } from '../alert-log/histories.ts';
import { usualMix } from '../alert-log/histories.ts';
import { coursesOf, type LogPlan } from '../alert-log/waves.ts';
import type { LogWriter } from '../alert-log/write.ts';
import { activateGrace, writeMarks, writePlan, writePrefill } from '../alert-log/write.ts';
import { buildKafkaStreams } from '../contenders/build-kafka-streams.ts';
import type { Contender, ContenderName } from '../contenders/contender.ts';
import { kafkaStreams } from '../contenders/kafka-streams.ts';
import { plumbline } from '../contenders/plumbline.ts';
import { sharedBy } from '../contenders/several-processes.ts';
import { coursesPerWave, graceMs, partitions } from '../limits.ts';
import type { BenchLog } from '../world/open-bench-log.ts';
import type { Measuring } from './measuring.ts';

/** What all parts about the alert join are told. */
export interface AlertBenchOptions extends Measuring {
  readonly world: BenchLog;
  readonly contenders: readonly ContenderName[];
  /** Threads of Kafka Streams. */
  readonly threads: number;
  /** Whether its stores have its cache before them. */
  readonly cache: boolean;
  /** Variables of our process on top of those of the platform. */
  readonly env: Readonly<Record<string, string>>;
}

/** The programs that were asked for, in the order given; the peer is built when it is needed. */
export async function contendersOf(
  options: AlertBenchOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<readonly Contender[]> {
  const { world, contenders, threads, cache, env, report, signal } = options;
  const needsPeer = !contenders.every(isOurs);
  const classPath = needsPeer ? await buildKafkaStreams(report, signal) : '';
  return contenders.map((name) => {
    if (isOurs(name)) {
      const inMemory = name === 'plumbline memory';
      const one = plumbline({ stack: world.stack, home: world.home, inMemory, env, report });
      return name === 'plumbline, two processes' ? sharedBy(one, name, 2) : one;
    }
    const stores = name === 'kafka-streams memory' ? 'memory' : 'rocksdb';
    return kafkaStreams({ world, classPath, stores, threads, cache, settings });
  });
}

/** What a start or a kill costs is asked of one process. */
export const isOne = ({ processes }: Contender): boolean => processes === 1;

export const isOurs = (name: ContenderName): boolean => name.startsWith('plumbline');

export function writerOf({ world, report, signal }: AlertBenchOptions, prefix: string): LogWriter {
  const shelf = { partitions, prefix, startMs: Date.now() };
  return { codec: world.codec, producer: world.producer(), shelf, report, signal };
}

export interface LogSize {
  readonly records: number;
  /** As many as there are orders if unset. */
  readonly keys?: number | undefined;
  /** Whether every key has an order before the records that count. */
  readonly prefilled?: boolean;
  readonly mix?: Mix;
}

export interface PreparedLog {
  readonly records: number;
  readonly keys: number;
  readonly prefilled: boolean;
  readonly valueBytes: number;
}

/** Empties all topics and writes a log with marks at its end. */
export async function prepareLog(options: AlertBenchOptions, size: LogSize): Promise<PreparedLog> {
  const { world, report } = options;
  await world.renew('everything');
  const { records, prefilled = false, mix = usualMix } = size;
  const plan: LogPlan = {
    ...{ records, prefilled, mix, coursesPerWave },
    keys: size.keys ?? Math.max(coursesOf({ records }), 1),
  };
  report(`Writing a log of ${records} records over ${plan.keys} keys`);
  const writer = writerOf(options, 'bench');
  await activateGrace(writer, graceMs);
  if (prefilled) await writePrefill(writer, plan.keys);
  const written = await writePlan(writer, plan);
  await writeMarks(writer, 'end', graceMs);
  const rate = Math.round((written.records * 1_000) / written.elapsedMs);
  report(`  written at ${rate} records/s`);
  return { records, keys: plan.keys, prefilled, valueBytes: written.bytes };
}
