import {
  kafkaConfig,
  platformConfig,
  postgresConfig,
  processConfig,
  redisConfig,
  registryConfig,
  secretText,
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
  PLUMBLINE_BFF_URL: urlText(['http:', 'https:'])
    .default('http://127.0.0.1:8080')
    .describe('The shop: where plumbline buy buys'),
  PLUMBLINE_ID_TOKEN: secretText()
    .optional()
    .describe('ID token of the person who buys; unset: one of the local issuer'),
  PLUMBLINE_PARTITIONS: platformConfig.PLUMBLINE_PARTITIONS,
  PLUMBLINE_TENANT: platformConfig.PLUMBLINE_TENANT,
  PLUMBLINE_LOCAL_STACK: platformConfig.PLUMBLINE_LOCAL_STACK,
  ...vaultConfig,
});

export type CliConfig = z.output<typeof cliConfig>;
