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
  PLUMBLINE_NOTIFICATIONS_URL: urlText(['http:', 'https:'])
    .default('http://127.0.0.1:8082')
    .describe('The notifications process: endpoints, what was delivered to them, and replays'),
  PLUMBLINE_API_KEY: secretText()
    .optional()
    .describe(
      'API key of an app, whose endpoints and notifications are then asked for; unset: those of ' +
        'the platform, which is for callers on the same machine and those with the service key',
    ),
  PLUMBLINE_SERVICE_KEY: secretText()
    .optional()
    .describe('Shared by the processes of one platform: needed where they are not on this machine'),
  PLUMBLINE_PARTITIONS: platformConfig.PLUMBLINE_PARTITIONS,
  PLUMBLINE_TENANT: platformConfig.PLUMBLINE_TENANT,
  PLUMBLINE_LOCAL_STACK: platformConfig.PLUMBLINE_LOCAL_STACK,
  ...vaultConfig,
});

export type CliConfig = z.output<typeof cliConfig>;
