import { join, resolve } from 'node:path';
import { parseConfig, portNumber, type Environment } from '@plumbline/config';
import { z } from 'zod';
import { defaultCacheFolder, defaultHome } from './paths.ts';
import { defaultPorts, type StackPorts } from './stack-definition.ts';

/** The environment of the local stack. */
export const localConfigSchema = z.object({
  PLUMBLINE_HOME: z
    .string()
    .optional()
    .describe('Folder of the stack: data, logs, run state; .plumbline in the repository if unset'),
  PLUMBLINE_CACHE: z
    .string()
    .optional()
    .describe('Folder of downloaded servers; plumbline in the cache folder of the user if unset'),
  PLUMBLINE_CHROMIUM: z
    .string()
    .optional()
    .describe('Program of the Chromium that tests of the page run; one on the PATH if unset'),
  PLUMBLINE_KAFKA_PORT: portNumber().default(defaultPorts.kafka).describe('Port of Kafka'),
  PLUMBLINE_KAFKA_CONTROLLER_PORT: portNumber()
    .default(defaultPorts.kafkaController)
    .describe("Port of Kafka's own controller"),
  PLUMBLINE_REGISTRY_PORT: portNumber()
    .default(defaultPorts.registry)
    .describe('Port of the schema registry'),
  PLUMBLINE_POSTGRES_PORT: portNumber()
    .default(defaultPorts.postgres)
    .describe('Port of PostgreSQL'),
  PLUMBLINE_REDIS_PORT: portNumber().default(defaultPorts.redis).describe('Port of Redis'),
});

export interface LocalConfig {
  readonly home: string;
  readonly cacheFolder: string;
  readonly ports: StackPorts;
}

/** Errors: ConfigError with every problem at once. */
export function localConfig(env: Environment): LocalConfig {
  const config = parseConfig(localConfigSchema, env);
  return {
    home: resolve(config.PLUMBLINE_HOME ?? defaultHome),
    cacheFolder: cacheFolderOf(env, config.PLUMBLINE_CACHE),
    ports: {
      kafka: config.PLUMBLINE_KAFKA_PORT,
      kafkaController: config.PLUMBLINE_KAFKA_CONTROLLER_PORT,
      registry: config.PLUMBLINE_REGISTRY_PORT,
      postgres: config.PLUMBLINE_POSTGRES_PORT,
      redis: config.PLUMBLINE_REDIS_PORT,
    },
  };
}

const cacheFolderOf = (env: Environment, chosen: string | undefined): string =>
  resolve(join(chosen ?? defaultCacheFolder(env)));
