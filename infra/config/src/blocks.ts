import { z } from 'zod';
import {
  flag,
  hostName,
  hostPorts,
  portNumber,
  secretText,
  urlText,
  wholeNumber,
} from './values.ts';

/**
 * The variables that several processes share. Each process spreads the blocks it needs into its
 * one schema, `processConfig({ ...kafkaConfig, ...httpConfig({ port: 8083 }), … })`.
 */

export const kafkaConfig = {
  PLUMBLINE_KAFKA_BROKERS: hostPorts()
    .default(['127.0.0.1:19092'])
    .describe('Kafka bootstrap servers, host:port separated by commas'),
  PLUMBLINE_KAFKA_SSL: flag().default(false).describe('Whether to speak TLS to Kafka'),
  PLUMBLINE_KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('SASL mechanism: plain, scram-sha-256 or scram-sha-512; unset: no authentication'),
  PLUMBLINE_KAFKA_SASL_USERNAME: z.string().optional().describe('SASL user name'),
  PLUMBLINE_KAFKA_SASL_PASSWORD: secretText().optional().describe('SASL password'),
};

export const registryConfig = {
  PLUMBLINE_REGISTRY_URL: urlText(['http:', 'https:'])
    .default('http://127.0.0.1:18081/apis/ccompat/v7')
    .describe('Schema registry, the base of its Confluent-compatible API'),
  PLUMBLINE_REGISTRY_USERNAME: z
    .string()
    .optional()
    .describe('Schema registry user name (basic authentication)'),
  PLUMBLINE_REGISTRY_PASSWORD: secretText().optional().describe('Schema registry password'),
};

export const postgresConfig = {
  PLUMBLINE_POSTGRES_URL: urlText(['postgres:', 'postgresql:'])
    .meta({ secret: true })
    .default('postgres://plumbline:local@127.0.0.1:15432/plumbline')
    .describe('PostgreSQL for read models, as postgres://user:password@host:port/database'),
};

export const redisConfig = {
  PLUMBLINE_REDIS_URL: urlText(['redis:', 'rediss:'])
    .meta({ secret: true })
    .default('redis://127.0.0.1:16379')
    .describe(
      'Redis for rate limits, caches and streams of results, as redis://user:password@host:port/database; ' +
        'rediss: for TLS',
    ),
};

/** 32 bytes are 43 characters of base64 and one `=`. */
const masterKey = () =>
  secretText().regex(/^[A-Za-z0-9+/]{43}=$/, 'is not 32 bytes in base64: openssl rand -base64 32');

export const vaultConfig = {
  PLUMBLINE_MASTER_KEY: masterKey()
    .optional()
    .describe(
      'Wraps the keys of personal data: 32 bytes in base64. Needed outside the local stack, which ' +
        'has one that everybody knows; without it nothing that was encrypted can be read again',
    ),
  PLUMBLINE_PREVIOUS_MASTER_KEY: masterKey()
    .optional()
    .describe('Another master key that still opens what it wrapped, while the two are exchanged'),
};

export const httpConfig = (defaults: { readonly port: number }) => ({
  PLUMBLINE_HTTP_HOST: hostName()
    .default('127.0.0.1')
    .describe('Address to listen on; 0.0.0.0 for every interface'),
  PLUMBLINE_HTTP_PORT: portNumber().default(defaults.port).describe('Port to listen on'),
  PLUMBLINE_SERVICE_KEY: secretText()
    .optional()
    .describe(
      'Shared by the processes of one platform: who sends it may say for whom it asks. Unset: ' +
        'local-service-key in the local stack, elsewhere nobody is believed',
    ),
  PLUMBLINE_DRAIN_MS: wholeNumber({ min: 0, max: 60_000 })
    .default(1_000)
    .describe(
      'Milliseconds that a stopping process still takes calls while /readyz answers 503: longer ' +
        'than the load balancer needs to notice; 0 with nothing in front of it',
    ),
});

export const logConfig = {
  PLUMBLINE_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least severe level that is logged: debug, info, warn or error'),
};

/** Everybody can read it in the source: outside the local stack it is never taken. */
const localServiceKey = 'local-service-key';

/** Whether whoever listens on this host is reached from this machine only. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** `null`: nobody may say for whom they ask. */
export const serviceKeyOf = (config: {
  readonly PLUMBLINE_SERVICE_KEY?: string | undefined;
  readonly PLUMBLINE_LOCAL_STACK: boolean;
}): string | null =>
  config.PLUMBLINE_SERVICE_KEY ?? (config.PLUMBLINE_LOCAL_STACK ? localServiceKey : null);

/** Record keys have 16 bits of slot, which every partition count must divide (docs/formats.md). */
const slotCount = 65_536;

export const platformConfig = {
  PLUMBLINE_LOCAL_STACK: flag()
    .default(false)
    .describe(
      'True in the local stack, whose runner sets it: only then are local credentials taken',
    ),
  PLUMBLINE_PARTITIONS: wholeNumber({ min: 1, max: slotCount })
    .refine((n) => slotCount % n === 0, { error: `does not divide ${slotCount}` })
    .default(4)
    .describe('Partitions of each topic; divides 65,536 and never changes once the log exists'),
  PLUMBLINE_TENANT: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, 'is not 1 to 32 of A-Z, a-z, 0-9, _ and -')
    .default('main')
    .describe('Tenant: the first part of every record key'),
  PLUMBLINE_TIME_ZONE: z
    .string()
    .refine(isTimeZone, { error: 'is not an IANA time zone such as UTC or Asia/Shanghai' })
    .default('UTC')
    .describe('Zone of the times without one in answers (IANA name)'),
};

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const stateConfig = {
  PLUMBLINE_STATE_FOLDER: z
    .string()
    .optional()
    .describe(
      'Folder of the local copies of task state, on a disk of this machine; processes may share it. ' +
        'Set: a restart takes in only what it has not seen. Unset: state is kept in memory, and ' +
        'every start restores all of it from the changelog',
    ),
};

/** What every process reads: Kafka, the registry, its HTTP side, logging, the platform, state. */
export const streamConfig = (defaults: { readonly port: number }) => ({
  ...kafkaConfig,
  ...registryConfig,
  ...httpConfig(defaults),
  ...logConfig,
  ...platformConfig,
  ...stateConfig,
});

/** The same for a process with read models. */
export const serviceConfig = (defaults: { readonly port: number }) => ({
  ...streamConfig(defaults),
  ...postgresConfig,
});
