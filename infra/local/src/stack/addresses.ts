import {
  loopback,
  postgresCredentials,
  registryApiPath,
  type StackPorts,
} from '../stack-definition.ts';

/** Where the parts answer. */
export interface StackAddresses {
  /** `host:port` */
  readonly kafka: string;
  /** With the path of the Confluent-compatible API. */
  readonly registryUrl: string;
  /** With user, password and database of the platform. */
  readonly postgresUrl: string;
  readonly redisUrl: string;
}

export function addressesOf(ports: StackPorts): StackAddresses {
  const { user, password, database } = postgresCredentials;
  return {
    kafka: `${loopback}:${ports.kafka}`,
    registryUrl: `http://${loopback}:${ports.registry}${registryApiPath}`,
    postgresUrl: `postgres://${user}:${password}@${loopback}:${ports.postgres}/${database}`,
    redisUrl: `redis://${loopback}:${ports.redis}`,
  };
}
