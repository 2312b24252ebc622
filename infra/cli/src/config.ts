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
import { resultStreamsConfig } from '@plumbline/payments';
import { z } from 'zod';

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
  PLUMBLINE_CHANNEL_MONITOR_URL: urlText(['http:', 'https:'])
    .default('http://127.0.0.1:8130')
    .describe(
      'The channel monitor: accounts that are paid into, money on them, and who reports it',
    ),
  PLUMBLINE_MONITOR_CLIENT: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'is not 1 to 64 of A-Z a-z 0-9 _ -')
    .optional()
    .describe('Who plumbline monitor-client reports as: a pid, or the id of a monitor client'),
  PLUMBLINE_MONITOR_SECRET: secretText().optional().describe('Its key, which signs what it sends'),
  PLUMBLINE_MONITOR_TOKEN: secretText()
    .optional()
    .describe('A Bearer token of it, which counts before a key'),
  PLUMBLINE_PARTITIONS: platformConfig.PLUMBLINE_PARTITIONS,
  PLUMBLINE_TENANT: platformConfig.PLUMBLINE_TENANT,
  PLUMBLINE_LOCAL_STACK: platformConfig.PLUMBLINE_LOCAL_STACK,
  PLUMBLINE_RESULT_STREAMS_MIN_HOURS: resultStreamsConfig.PLUMBLINE_RESULT_STREAMS_MIN_HOURS,
  ...vaultConfig,
});

export type CliConfig = z.output<typeof cliConfig>;
