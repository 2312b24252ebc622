import {
  httpConfig,
  kafkaConfig,
  logConfig,
  platformConfig,
  processConfig,
  registryConfig,
} from '@plumbline/config';

export const schema = processConfig({
  ...kafkaConfig,
  ...registryConfig,
  ...httpConfig({ port: 8091 }),
  ...logConfig,
  ...platformConfig,
});
