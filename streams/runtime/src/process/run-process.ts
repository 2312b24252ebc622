import { setTimeout as sleep } from 'node:timers/promises';
import type { TopicSpec } from '@plumbline/events';
import { ConfigError, parseConfig, secretValuesOf, serviceKeyOf } from '@plumbline/config';
import type { HealthChecks, HttpAppOptions, Route } from '@plumbline/http';
import { createHttpApp, listen } from '@plumbline/http';
import type { Logger } from '@plumbline/observability';
import { createLogger, createMetrics, registerSecret } from '@plumbline/observability';
import type { TaskObserver } from '../internals/task.ts';
import type { RunningTopology } from '../run-topology.ts';
import { runTopology } from '../run-topology.ts';
import type { Following, Topology } from '../topology.ts';
import { createDrain } from './drain.ts';
import type { BaseConfig, Foundation } from './foundation.ts';
import { openFoundation } from './foundation.ts';
import * as limits from './limits.ts';
import { healthAtStart } from './health-at-start.ts';
import { observerOf, watchTasks } from './observe.ts';
import { topologyHealth } from './topology-health.ts';
import { untilReady } from './until-ready.ts';

/** What a process adds to its foundation. */
export interface Parts {
  readonly topologies?: readonly Topology[];
  /** Who acts on what the tasks of a topology remember, by its name. */
  readonly following?: Readonly<Record<string, Following>>;
  /** Who is told beside the metrics what the tasks of a topology have committed, by its name. */
  readonly observers?: Readonly<Record<string, TaskObserver>>;
  readonly routes?: readonly Route[];
  readonly gate?: HttpAppOptions['gate'];
  /** What is served beside the routes: a page. */
  readonly mount?: HttpAppOptions['mount'];
  /** Decide, at every time, whether a load balancer should send here. */
  readonly health?: HealthChecks;
  /** Must have been well once; afterwards they only tell. For what all instances share. */
  readonly healthAtStart?: HealthChecks;
  close?(): Promise<void>;
}

export interface ProcessOptions<Config extends BaseConfig> {
  readonly service: string;
  /** The zod schema that `Config` is inferred from. */
  readonly schema: Parameters<typeof parseConfig>[0];
  /** Topics that are not in the catalogue, since configuration names them. */
  readonly topics?: (config: Config) => readonly TopicSpec[];
  open(foundation: Foundation<Config>): Promise<Parts>;
}

const version = '0.1.0';

/**
 * The life of a process: configuration, foundation, its parts, HTTP, and down again in the reverse
 * order at SIGTERM or SIGINT: readiness first, then the tasks go to the others while calls are still
 * answered, then the port. Exit code 2 for a configuration that cannot be.
 */
export async function runProcess<Config extends BaseConfig>(
  options: ProcessOptions<Config>,
): Promise<void> {
  const config = configOf(options);
  if (config === null) return;
  for (const secret of secretValuesOf(options.schema, Object.fromEntries(Object.entries(config))))
    registerSecret(secret);
  const { service } = options;
  const logger = createLogger({ service, level: config.PLUMBLINE_LOG_LEVEL });
  const stopping = new AbortController();
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const stopped = new Promise<void>((resolve) => {
    for (const signal of signals) {
      process.once(signal, () => {
        stopping.abort();
        resolve();
      });
    }
  });
  process.on('unhandledRejection', (error) => die(logger, 'unhandled rejection', error));
  process.on('uncaughtException', (error) => die(logger, 'uncaught exception', error));
  try {
    await serve(options, config, logger, stopping.signal, stopped);
    process.exit(0);
  } catch (error) {
    if (stopping.signal.aborted) process.exit(0);
    die(logger, 'the process cannot start', error);
  }
}

function configOf<Config extends BaseConfig>(options: ProcessOptions<Config>): Config | null {
  try {
    // The schema is the one that Config was inferred from.
    return parseConfig(options.schema, process.env) as unknown as Config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${options.service}: ${error.message}\n`);
    process.exitCode = 2;
    return null;
  }
}

/** A process in an unknown state is of no use to anybody: its supervisor starts a fresh one. */
function die(logger: Logger, message: string, error: unknown): void {
  logger.error(message, { error });
  process.exit(1);
}

async function serve<Config extends BaseConfig>(
  options: ProcessOptions<Config>,
  config: Config,
  logger: Logger,
  signal: AbortSignal,
  stopped: Promise<void>,
): Promise<void> {
  const { service } = options;
  const metrics = createMetrics({ service });
  const foundation = await openFoundation<Config>({
    ...{ service, config, logger, metrics, signal },
    topics: options.topics?.(config),
  });
  const { log, codec, localStores } = foundation;
  const parts = await options.open(foundation);
  const running: RunningTopology[] = [];
  for (const topology of parts.topologies ?? []) {
    const following = parts.following?.[topology.name];
    const observer = both(observerOf(topology, metrics), parts.observers?.[topology.name]);
    const partitions = config.PLUMBLINE_PARTITIONS;
    const started = await runTopology({
      ...{ topology, log, codec, logger, partitions, observer, localStores },
      ...(following === undefined ? {} : { following }),
    });
    running.push(started);
    watchTasks(started, metrics, () => log.brokerNowMs());
  }
  const health = {
    ...topologyHealth(running),
    ...healthAtStart(parts.healthAtStart ?? {}),
    ...parts.health,
  };
  const app = createHttpApp({
    service,
    version,
    logger,
    metrics,
    routes: parts.routes ?? [],
    serviceKey: serviceKeyOf(config),
    ...(parts.gate === undefined ? {} : { gate: parts.gate }),
    ...(parts.mount === undefined ? {} : { mount: parts.mount }),
    health: {
      ...health,
      draining: () => ({ ok: !drain.begun(), detail: drain.begun() ? 'stopping' : 'no' }),
    },
  });
  const drain = createDrain(app);
  const http = await listen(drain.listener, {
    host: config.PLUMBLINE_HTTP_HOST,
    port: config.PLUMBLINE_HTTP_PORT,
  });
  logger.info('listening', { url: http.url });
  void untilReady({
    ...{ health, signal, lookMs: limits.readyLookMs, tellMs: limits.readyTellMs },
    onWaiting: (told) => logger.warn('not ready yet', { ...told }),
  });
  await stopped;
  logger.info('stopping');
  const drainMs = (parts.routes ?? []).length === 0 ? 0 : config.PLUMBLINE_DRAIN_MS;
  const stopServing = sleep(drainMs).then(() => http.close());
  // The calls under way are decided here. Those that still come are decided by whoever takes the
  // tasks over, and their outcomes are read here: so a long drain does not hold up the hand-over.
  await drain.begin(drainMs === 0 ? limits.lastCallsMs : limits.callsBeforeHandOverMs);
  await Promise.all([stopServing, ...running.map((topology) => topology.close())]);
  await foundation.localStores.close();
  await parts.close?.();
  await log.close();
  logger.info('stopped');
}

const both = (one: TaskObserver, other: TaskObserver | undefined): TaskObserver =>
  other === undefined
    ? one
    : {
        committed(event) {
          one.committed?.(event);
          other.committed?.(event);
        },
        restored(event) {
          one.restored?.(event);
          other.restored?.(event);
        },
      };
