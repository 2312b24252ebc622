import type { CliConfig } from '../config.ts';

/** How to reach Kafka, from the variables. */
export function kafkaAccess(config: CliConfig) {
  const mechanism = config.PLUMBLINE_KAFKA_SASL_MECHANISM;
  const username = config.PLUMBLINE_KAFKA_SASL_USERNAME ?? '';
  const password = config.PLUMBLINE_KAFKA_SASL_PASSWORD ?? '';
  return {
    brokers: config.PLUMBLINE_KAFKA_BROKERS,
    clientId: 'plumbline-cli',
    ssl: config.PLUMBLINE_KAFKA_SSL,
    ...(mechanism === undefined ? {} : { sasl: { mechanism, username, password } }),
  };
}

export type KafkaAccess = ReturnType<typeof kafkaAccess>;

export interface RegistryAccess {
  readonly url: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

export function registryAccess(config: CliConfig): RegistryAccess {
  const username = config.PLUMBLINE_REGISTRY_USERNAME;
  const password = config.PLUMBLINE_REGISTRY_PASSWORD ?? '';
  return {
    url: config.PLUMBLINE_REGISTRY_URL.replace(/\/+$/, ''),
    ...(username === undefined ? {} : { auth: { username, password } }),
  };
}
