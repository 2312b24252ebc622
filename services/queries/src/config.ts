import {
  httpConfig,
  kafkaConfig,
  logConfig,
  platformConfig,
  postgresConfig,
  processConfig,
  registryConfig,
} from '@plumbline/config';
import type { z } from 'zod';

export const schema = processConfig({
  ...kafkaConfig,
  ...registryConfig,
  ...postgresConfig,
  ...httpConfig({ port: 8086 }),
  ...logConfig,
  ...platformConfig,
});

export type QueriesConfig = z.output<typeof schema>;
