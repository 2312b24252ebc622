import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { topics } from '@plumbline/events';
import { graceMs, readyMs, stopMs, streamHeap } from '../limits.ts';
import type { BenchLog } from '../world/open-bench-log.ts';
import { peerPrefix } from '../world/open-bench-log.ts';
import type { Contender, ContenderName, Restore, RunningContender } from './contender.ts';
import { processFigures } from './process-figures.ts';

export interface KafkaStreamsOptions {
  readonly world: BenchLog;
  readonly classPath: string;
  readonly stores: 'rocksdb' | 'memory';
  readonly threads: number;
  /** Whether stores have Kafka Streams' cache before them, which spares changelog records. */
  readonly cache: boolean;
  /** Settings of Kafka Streams and its clients, on top of its defaults. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Where times after a kill are compared, both notice a death as fast and abandon a transaction as
 * soon: Kafka Streams' own defaults are 45 s and 10 s.
 */
export const equalTimeouts: Readonly<Record<string, string>> = {
  'session.timeout.ms': '6000',
  'heartbeat.interval.ms': '1000',
  'producer.transaction.timeout.ms': '5000',
};

/** The peer: the same rules on Kafka Streams, exactly_once_v2, changelogs on (kafka-streams/). */
export function kafkaStreams(options: KafkaStreamsOptions): Contender {
  const { world, stores } = options;
  const name: ContenderName = `kafka-streams ${stores}`;
  let application = '';
  let begun = 0;
  // The group keeps offsets that mean nothing in topics that were made anew.
  const begin = () => {
    begun += 1;
    application = `${peerPrefix}${stores}-${Date.now()}-${begun}`;
  };
  begin();
  return {
    name,
    processes: 1,
    begin,
    async start({ instance = 0, fresh = true } = {}) {
      const state = join(world.home, 'kafka-streams', application, String(instance));
      if (fresh) await rm(state, { recursive: true, force: true });
      await mkdir(state, { recursive: true });
      const args = [...javaArgs(options), ...programArgs(options, application, state)];
      const child = spawn(javaOf(), args, { stdio: ['pipe', 'pipe', 'pipe'] });
      const logFile = join(world.home, `${name.replace(' ', '-')}.log`);
      child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
      return runningOf(child, logFile);
    },
  };
}

function javaOf(): string {
  const home = process.env['JAVA_HOME'];
  const ofHome = home === undefined ? '' : join(home, 'bin', 'java');
  return existsSync(ofHome) ? ofHome : 'java';
}

const javaArgs = ({ classPath }: KafkaStreamsOptions): readonly string[] => [
  streamHeap,
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  ...['-cp', classPath, 'plumbline.bench.Main'],
];

function programArgs(options: KafkaStreamsOptions, application: string, state: string): string[] {
  const { world, stores, threads, cache } = options;
  const given: Readonly<Record<string, string | number>> = {
    stores,
    graceMs,
    cache: cache ? 'on' : 'off',
    registry: world.stack.registryUrl,
    orders: topics.ordersEvents.name,
    payments: topics.paymentsEvents.name,
    alerts: topics.alertsEvents.name,
    raisedId: world.schemaIds.raised,
    resolvedId: world.schemaIds.resolved,
    'streams.application.id': application,
    'streams.bootstrap.servers': world.stack.kafka,
    'streams.state.dir': state,
    'streams.num.stream.threads': threads,
    ...Object.fromEntries(
      Object.entries(options.settings ?? {}).map(([key, value]) => [`streams.${key}`, value]),
    ),
  };
  return Object.entries(given).map(([key, value]) => `${key}=${value}`);
}

interface Told {
  readonly at: number;
  readonly event: 'state' | 'restoring' | 'restored';
  readonly state?: string;
  readonly records?: number;
}

async function runningOf(
  child: ChildProcessWithoutNullStreams,
  logFile: string,
): Promise<RunningContender> {
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const told: Told[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) told.push(JSON.parse(line) as Told);
  });
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null;
  const isRunning = () =>
    told.findLast(({ event }) => event === 'state')?.state === 'RUNNING' && isAlive();
  return {
    figures: () => processFigures(child.pid ?? 0),
    logFile,
    isAlive,
    async ready() {
      const until = performance.now() + readyMs;
      while (!isRunning()) {
        if (!isAlive() || performance.now() > until)
          throw new Error(`Kafka Streams does not run; its log: ${logFile}`);
        await sleep(20);
      }
      return restoreOf(told);
    },
    async stop() {
      child.kill('SIGTERM');
      const forced = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await gone;
      clearTimeout(forced);
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function restoreOf(told: readonly Told[]): Restore {
  const times = told.filter(({ event }) => event !== 'state').map(({ at }) => at);
  const records = told.reduce((sum, { records: count }) => sum + (count ?? 0), 0);
  const elapsedMs = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  return { records, elapsedMs };
}
