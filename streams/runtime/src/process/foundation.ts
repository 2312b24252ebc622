import { setTimeout as sleep } from 'node:timers/promises';
import type { Codec, TopicSpec } from '@plumbline/events';
import { catalogue, createCodec, topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import type { Logger, Metrics } from '@plumbline/observability';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { createLmdbLocalStores } from '../state/lmdb-local-stores.ts';
import type { LocalStores } from '../state/local-store.ts';
import { createMemoryLocalStores } from '../state/memory-local-store.ts';

/** The variables that every process has (blocks of `@plumbline/config`). */
export interface BaseConfig {
  readonly PLUMBLINE_KAFKA_BROKERS: readonly string[];
  readonly PLUMBLINE_KAFKA_SSL: boolean;
  readonly PLUMBLINE_KAFKA_SASL_MECHANISM?: 'plain' | 'scram-sha-256' | 'scram-sha-512' | undefined;
  readonly PLUMBLINE_KAFKA_SASL_USERNAME?: string | undefined;
  readonly PLUMBLINE_KAFKA_SASL_PASSWORD?: string | undefined;
  readonly PLUMBLINE_REGISTRY_URL: string;
  readonly PLUMBLINE_REGISTRY_USERNAME?: string | undefined;
  readonly PLUMBLINE_REGISTRY_PASSWORD?: string | undefined;
  readonly PLUMBLINE_HTTP_HOST: string;
  readonly PLUMBLINE_HTTP_PORT: number;
  readonly PLUMBLINE_DRAIN_MS: number;
  readonly PLUMBLINE_SERVICE_KEY?: string | undefined;
  readonly PLUMBLINE_LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error';
  readonly PLUMBLINE_LOCAL_STACK: boolean;
  readonly PLUMBLINE_PARTITIONS: number;
  readonly PLUMBLINE_TENANT: string;
  readonly PLUMBLINE_TIME_ZONE: string;
  readonly PLUMBLINE_STATE_FOLDER?: string | undefined;
}

/** What every process stands on once Kafka and the registry have answered. */
export interface Foundation<Config extends BaseConfig = BaseConfig> {
  readonly service: string;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly codec: Codec;
  readonly localStores: LocalStores;
}

/** How to reach Kafka, from a process's variables. */
export function kafkaOptionsOf(config: BaseConfig, clientId: string) {
  const mechanism = config.PLUMBLINE_KAFKA_SASL_MECHANISM;
  const username = config.PLUMBLINE_KAFKA_SASL_USERNAME ?? '';
  const password = config.PLUMBLINE_KAFKA_SASL_PASSWORD ?? '';
  return {
    brokers: config.PLUMBLINE_KAFKA_BROKERS,
    clientId,
    ssl: config.PLUMBLINE_KAFKA_SSL,
    ...(mechanism === undefined ? {} : { sasl: { mechanism, username, password } }),
  };
}

export function registryOptionsOf(config: BaseConfig) {
  const username = config.PLUMBLINE_REGISTRY_USERNAME;
  const password = config.PLUMBLINE_REGISTRY_PASSWORD ?? '';
  return {
    url: config.PLUMBLINE_REGISTRY_URL,
    ...(username === undefined ? {} : { auth: { username, password } }),
  };
}

const retryMs = 1_000;

/** A process that starts before Kafka or the registry waits for them, and says what it waits for. */
async function untilReached<T>(
  what: string,
  logger: Logger,
  signal: AbortSignal,
  open: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      if (signal.aborted) throw error;
      if (attempt % 10 === 1) logger.warn(`waiting for ${what}`, { attempt, error });
      await sleep(retryMs, undefined, { signal });
    }
  }
}

/** Files if there is a folder for them. Errors: LocalStoreError, if it cannot be used. */
function localStoresOf(config: BaseConfig, logger: Logger): LocalStores {
  const folder = config.PLUMBLINE_STATE_FOLDER;
  if (folder === undefined) return createMemoryLocalStores();
  return createLmdbLocalStores({ folder, logger });
}

export async function openFoundation<Config extends BaseConfig>(options: {
  readonly service: string;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  /** Topics that are not in the catalogue, since configuration names them. */
  readonly topics?: readonly TopicSpec[] | undefined;
}): Promise<Foundation<Config>> {
  const { service, config, logger, metrics, signal } = options;
  // First, since waiting for others does not mend a folder that cannot be used.
  const localStores = localStoresOf(config, logger);
  const kafka = {
    ...kafkaOptionsOf(config, service),
    logger,
    clockTopic: topics.platformClock.name,
  };
  const log = await untilReached('Kafka', logger, signal, () => createKafkaLog(kafka));
  const schemaIds = createRegistrySchemaIds({ ...registryOptionsOf(config), logger });
  await untilReached('the schema registry', logger, signal, () => schemaIds.ensureLevel());
  const known = { ...catalogue, topics: [...catalogue.topics, ...(options.topics ?? [])] };
  const codec = createCodec(schemaIds, { catalogue: known });
  return { service, config, logger, metrics, log, codec, localStores };
}
