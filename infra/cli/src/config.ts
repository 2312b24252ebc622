import {
  kafkaConfig,
  platformConfig,
  postgresConfig,
  processConfig,
  redisConfig,
  registryConfig,
  urlText,
  vaultConfig,
} from '@plumbline/config';
import type { z } from 'zod';

/** The same variables as the services, so that one environment serves both. */
export const cliConfig = processConfig({
  ...kafkaConfig,
  ...registryConfig,
  ...postgresConfig,
  ...redisConfig,
  PLUMBLINE_QUERIES_URL: urlText(['http:', 'https:'])
    .default('http://127.0.0.1:8086')
    .describe('Queries service: lists of alerts and orders'),
  PLUMBLINE_PARTITIONS: platformConfig.PLUMBLINE_PARTITIONS,
  PLUMBLINE_TENANT: platformConfig.PLUMBLINE_TENANT,
  PLUMBLINE_LOCAL_STACK: platformConfig.PLUMBLINE_LOCAL_STACK,
  ...vaultConfig,
});

export type CliConfig = z.output<typeof cliConfig>;
