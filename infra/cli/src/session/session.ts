import type { Codec, SchemaIds } from '@plumbline/events';
import { createCodec } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres } from '@plumbline/postgres';
import type { Redis } from '@plumbline/redis';
import { openRedis } from '@plumbline/redis';
import { createRegistrySchemaIds } from '@plumbline/registry';
import type { CliConfig } from '../config.ts';
import { rebuildStatementTimeoutMs } from '../limits.ts';
import { kafkaAccess, registryAccess } from './access.ts';
import { unreachable } from './failure.ts';
import type { ClusterAdmin } from './cluster-admin.ts';
import { openClusterAdmin } from './cluster-admin.ts';
import type { Output } from './output.ts';
import { requireListener } from './reachable.ts';
import type { RegistryView } from './registry-view.ts';
import { createRegistryView } from './registry-view.ts';

/** What a command works with. Servers are connected to when they are first asked for. */
export interface Session {
  readonly config: CliConfig;
  readonly out: Output;
  /** Given at Ctrl-C: a command ends soon after it, in order. */
  readonly signal: AbortSignal;
  log(): Promise<Log>;
  codec(): Promise<Codec>;
  /** Schemas as they stand in the registry. */
  schemaIds(): Promise<SchemaIds>;
  admin(): Promise<ClusterAdmin>;
  registry(): RegistryView;
  postgres(): Promise<Postgres>;
  redis(): Promise<Redis>;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly config: CliConfig;
  readonly out: Output;
  readonly signal: AbortSignal;
}

/** Errors of what it opens: CliFailure that names the address and the variable. */
export function createSession({ config, out, signal }: SessionOptions): Session {
  const closers: (() => Promise<void>)[] = [];
  const once = <T>(open: () => Promise<T>, close: (opened: T) => Promise<void>) => {
    let opening: Promise<T> | null = null;
    return () => {
      opening ??= open().then((opened) => {
        closers.push(() => close(opened));
        return opened;
      });
      return opening;
    };
  };
  const brokers = config.PLUMBLINE_KAFKA_BROKERS;
  const kafka = <T>(open: () => Promise<T>): Promise<T> =>
    reaching('Kafka', brokers.join(','), 'PLUMBLINE_KAFKA_BROKERS', async () => {
      // The client is patient with a broker that restarts; a person who mistyped a port is not.
      await requireListener(brokers);
      return open();
    });
  const registry = createRegistryView(registryAccess(config));
  const schemaIds = once(
    async () => {
      const access = registryAccess(config);
      await reaching('The schema registry', access.url, 'PLUMBLINE_REGISTRY_URL', () =>
        registry.level(),
      );
      return createRegistrySchemaIds({ ...access, logger: silentLogger });
    },
    (opened) => opened.close(),
  );
  let codec: Codec | null = null;

  return {
    config,
    out,
    signal,
    log: once(
      () => kafka(() => createKafkaLog({ ...kafkaAccess(config), logger: silentLogger })),
      (log) => log.close(),
    ),
    codec: async () => {
      codec ??= createCodec(await schemaIds());
      return codec;
    },
    schemaIds,
    admin: once(
      () => kafka(() => openClusterAdmin(kafkaAccess(config))),
      (admin) => admin.close(),
    ),
    registry: () => registry,
    postgres: once(
      () => openReachablePostgres(config.PLUMBLINE_POSTGRES_URL),
      (postgres) => postgres.close(),
    ),
    redis: once(
      () => openReachableRedis(config.PLUMBLINE_REDIS_URL),
      (redis) => redis.close(),
    ),
    close: async () => {
      const all = closers.splice(0).reverse();
      await Promise.allSettled(all.map((close) => close()));
    },
  };
}

async function reaching<T>(
  what: string,
  address: string,
  variable: string,
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw unreachable({ what, address, variable, error });
  }
}

async function openReachablePostgres(url: string): Promise<Postgres> {
  const logger = silentLogger;
  const postgres = openPostgres({
    ...{ url, logger, statementTimeoutMs: rebuildStatementTimeoutMs },
    applicationName: 'plumbline-cli',
  });
  try {
    await requireListener([hostPortOf(url, '5432')]);
    await postgres.ping();
    return postgres;
  } catch (error) {
    await postgres.close();
    const { address } = postgres;
    const variable = 'PLUMBLINE_POSTGRES_URL';
    throw unreachable({ what: 'Postgres', address, variable, error });
  }
}

async function openReachableRedis(url: string): Promise<Redis> {
  const redis = openRedis({ url, logger: silentLogger, connectionName: 'plumbline-cli' });
  try {
    await requireListener([hostPortOf(url, '6379')]);
    await redis.ping();
    return redis;
  } catch (error) {
    await redis.close();
    const { address } = redis;
    throw unreachable({ what: 'Redis', address, variable: 'PLUMBLINE_REDIS_URL', error });
  }
}

function hostPortOf(url: string, usualPort: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || usualPort}`;
}
