export type { ConfigProblem, Environment } from './parse-config.ts';
export { ConfigError, parseConfig } from './parse-config.ts';
export type { ConfigRow } from './describe-config.ts';
export { describeConfig } from './describe-config.ts';
export {
  httpConfig,
  isLoopbackHost,
  kafkaConfig,
  logConfig,
  platformConfig,
  postgresConfig,
  redisConfig,
  registryConfig,
  serviceConfig,
  serviceKeyOf,
  stateConfig,
  streamConfig,
  vaultConfig,
} from './blocks.ts';
export {
  localCredentials,
  processConfig,
  refuseLocalCredentials,
  requireServiceKey,
  requireTogether,
  secretValuesOf,
} from './process-config.ts';
export {
  flag,
  hostName,
  hostPorts,
  portNumber,
  secretText,
  urlText,
  wholeNumber,
} from './values.ts';
