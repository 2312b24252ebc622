import { parseConfig, serviceKeyOf } from '@plumbline/config';
import type { HealthChecks } from '@plumbline/http';
import { createHttpApp, listen } from '@plumbline/http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { BaseConfig, Foundation } from '../process/foundation.ts';
import { openFoundation } from '../process/foundation.ts';
import type { ProcessOptions } from '../process/run-process.ts';
import { topologyHealth } from '../process/topology-health.ts';
import { untilReady } from '../process/until-ready.ts';
import type { RunningTopology } from '../run-topology.ts';
import { runTopology } from '../run-topology.ts';
import type { Following } from '../topology.ts';

/** An address from the environment; the suite's runner sets it. */
export function testAddress(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: this suite needs Kafka, the registry, Postgres and Redis`);
  }
  return value;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: {
    readonly code: string;
    readonly message: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
}

export interface TestProcess<Config extends BaseConfig> {
  readonly foundation: Foundation<Config>;
  readonly url: string;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<TestAnswer>;
  /** A string is sent as it is, anything else as JSON. */
  post(
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<TestAnswer>;
  put(path: string, body: unknown): Promise<TestAnswer>;
  close(): Promise<void>;
}

const followedBy = (following: Following | undefined) =>
  following === undefined ? {} : { following };

/**
 * Waits until a process that has nothing to log to is ready, and says what it waits for. Rejects when
 * a task needs a person, since nothing would follow: most often another test wrote into a topic that
 * the task owns.
 */
async function begin(
  service: string,
  topologies: readonly RunningTopology[],
  health: HealthChecks,
): Promise<void> {
  const over = new AbortController();
  const problem = (): string | null =>
    topologies.flatMap((topology) => topology.tasks()).find(({ status }) => status === 'failed')
      ?.problem ?? null;
  const looking = setInterval(() => {
    if (problem() !== null) over.abort();
  }, lookMs);
  const isReady = await untilReady({
    ...{ health: { ...topologyHealth(topologies), ...health }, signal: over.signal },
    ...{ lookMs, tellMs },
    onWaiting: ({ waitedMs, waitsFor }) =>
      void process.stdout.write(
        `${service} is not ready after ${waitedMs} ms: ${JSON.stringify(waitsFor)}\n`,
      ),
  });
  clearInterval(looking);
  if (!isReady) throw new Error(`${service} cannot begin: ${problem() ?? 'no reason given'}`);
}

const lookMs = 50;
/** Most begin within a few seconds. */
const tellMs = 15_000;

/** The whole process but its signals, on a free port, against the real servers of the suite. */
export async function openTestProcess<Config extends BaseConfig>(
  options: ProcessOptions<Config> & {
    readonly env?: Readonly<Record<string, string>>;
    /** A free one unless given. */
    readonly port?: number;
  },
): Promise<TestProcess<Config>> {
  const { service } = options;
  // The schema is the one that Config was inferred from.
  const config = parseConfig(options.schema, {
    PLUMBLINE_KAFKA_BROKERS: testAddress('PLUMBLINE_TEST_KAFKA'),
    PLUMBLINE_REGISTRY_URL: testAddress('PLUMBLINE_TEST_REGISTRY'),
    PLUMBLINE_POSTGRES_URL: testAddress('PLUMBLINE_TEST_POSTGRES'),
    PLUMBLINE_REDIS_URL: testAddress('PLUMBLINE_TEST_REDIS'),
    PLUMBLINE_LOCAL_STACK: 'true',
    ...options.env,
  }) as unknown as Config;
  const stopping = new AbortController();
  const metrics = createMetrics({ service, processMetrics: false });
  const foundation = await openFoundation({
    ...{ service, config, logger: silentLogger, metrics },
    signal: stopping.signal,
    topics: options.topics?.(config),
  });
  const { log, codec, logger, localStores } = foundation;
  const parts = await options.open(foundation);
  const partitions = config.PLUMBLINE_PARTITIONS;
  const topologies = await Promise.all(
    (parts.topologies ?? []).map((topology) =>
      runTopology({
        ...{ topology, log, codec, logger, partitions, localStores },
        ...followedBy(parts.following?.[topology.name]),
      }),
    ),
  );
  const health = { ...parts.healthAtStart, ...parts.health };
  const app = createHttpApp({
    ...{ service, version: 'test', logger, metrics },
    routes: parts.routes ?? [],
    serviceKey: serviceKeyOf(config),
    health,
    checkResponses: true,
  });
  const http = await listen(app, { host: '127.0.0.1', port: options.port ?? 0 });
  async function close(): Promise<void> {
    stopping.abort();
    await http.close();
    await Promise.all(topologies.map((topology) => topology.close()));
    await foundation.localStores.close();
    await parts.close?.();
    await log.close();
  }
  try {
    await begin(service, topologies, health);
  } catch (error) {
    await close();
    throw error;
  }

  async function call(path: string, init: RequestInit = {}): Promise<TestAnswer> {
    const response = await fetch(`${http.url}${path}`, init);
    const text = await response.text();
    const json = JSON.parse(text) as TestAnswer['json'];
    return { status: response.status, headers: response.headers, text, json };
  }

  const sending = (method: string, body: unknown, headers = {}): RequestInit => ({
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

  return {
    foundation,
    url: http.url,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) => call(path, sending('POST', body, headers)),
    put: (path, body) => call(path, sending('PUT', body)),
    close,
  };
}
