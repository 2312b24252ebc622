import {
  kafkaConfig,
  parseConfig,
  platformConfig,
  registryConfig,
  type Environment,
} from '@plumbline/config';
import type { SASLOptions } from 'kafkajs';
import { z } from 'zod';
import type { Report } from '../report.ts';
import { ensureRegistry } from './ensure-registry.ts';
import { driftLine, ensureTopics, type KafkaAccess } from './ensure-topics.ts';

/** The environment of `stack topics`, and of `start` with servers of one's own. */
export const serversConfigSchema = z.object({
  ...kafkaConfig,
  ...registryConfig,
  PLUMBLINE_PARTITIONS: platformConfig.PLUMBLINE_PARTITIONS,
});

export type ServersConfig = z.output<typeof serversConfigSchema>;

/** Makes what the platform needs on the servers of the environment, local or not. */
export async function furnishServers(env: Environment, report: Report): Promise<void> {
  const config = parseConfig(serversConfigSchema, env);
  const user = config.PLUMBLINE_REGISTRY_USERNAME;
  await ensureRegistry({
    registryUrl: config.PLUMBLINE_REGISTRY_URL,
    ...(user === undefined
      ? {}
      : { auth: { username: user, password: config.PLUMBLINE_REGISTRY_PASSWORD ?? '' } }),
  });
  const topics = await ensureTopics({
    ...kafkaAccess(config),
    partitions: config.PLUMBLINE_PARTITIONS,
  });
  report(`  topics    ${topics.created.length} created, ${topics.existing.length} there already`);
  for (const drift of topics.drift) report(driftLine(drift));
}

export function kafkaAccess(config: ServersConfig): KafkaAccess {
  const sasl = saslOf(config);
  const ssl = config.PLUMBLINE_KAFKA_SSL;
  return { brokers: config.PLUMBLINE_KAFKA_BROKERS, auth: { ssl, ...(sasl ? { sasl } : {}) } };
}

function saslOf(config: ServersConfig): SASLOptions | null {
  const mechanism = config.PLUMBLINE_KAFKA_SASL_MECHANISM;
  const username = config.PLUMBLINE_KAFKA_SASL_USERNAME ?? '';
  const password = config.PLUMBLINE_KAFKA_SASL_PASSWORD ?? '';
  switch (mechanism) {
    case undefined:
      return null;
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}
