/**
 * What the local stack consists of: versions, images, coordinates, ports and settings. The compose
 * file is compared with this page by a test, so that both give the same four parts.
 */

export const partNames = ['kafka', 'registry', 'postgres', 'redis'] as const;
export type PartName = (typeof partNames)[number];

/** How people call them. */
export const partTitles: Readonly<Record<PartName, string>> = {
  kafka: 'Apache Kafka 4.1.0',
  registry: 'Apicurio Registry 3.0.9',
  postgres: 'PostgreSQL 18',
  redis: 'Redis',
};

export const images: Readonly<Record<PartName, string>> = {
  kafka: 'apache/kafka:4.1.0',
  registry: 'apicurio/apicurio-registry:3.0.9',
  postgres: 'postgres:18',
  redis: 'redis:8',
};

export interface StackPorts {
  readonly kafka: number;
  /** Where the one Kafka node talks to itself as its own KRaft controller. */
  readonly kafkaController: number;
  readonly registry: number;
  readonly postgres: number;
  readonly redis: number;
}

/** Chosen not to clash with what people already run. */
export const defaultPorts: StackPorts = {
  kafka: 19092,
  kafkaController: 19093,
  registry: 18081,
  postgres: 15432,
  redis: 16379,
};

export const portVariables: Readonly<Record<keyof StackPorts, string>> = {
  kafka: 'PLUMBLINE_KAFKA_PORT',
  kafkaController: 'PLUMBLINE_KAFKA_CONTROLLER_PORT',
  registry: 'PLUMBLINE_REGISTRY_PORT',
  postgres: 'PLUMBLINE_POSTGRES_PORT',
  redis: 'PLUMBLINE_REDIS_PORT',
};

/** Every server listens here only: the stack has well-known credentials. */
export const loopback = '127.0.0.1';

export const postgresCredentials = {
  superuser: 'postgres',
  user: 'plumbline',
  password: 'local',
  database: 'plumbline',
} as const;

/** Schema ids must stay readable by the newest and the oldest code: docs/formats.md. */
export const compatibilityLevel = 'FULL_TRANSITIVE';
export const registryApiPath = '/apis/ccompat/v7';

/** Broker settings that do not depend on ports or folders. */
export const kafkaSettings: Readonly<Record<string, string>> = {
  // Topics come from the catalogue with their policies; a mistyped name must fail.
  'auto.create.topics.enable': 'false',
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  // One broker of one machine: 50 partitions (the default) each would only slow down its start.
  'offsets.topic.num.partitions': '8',
  'transaction.state.log.num.partitions': '8',
  // A lone member need not wait 3 s for others to join.
  'group.initial.rebalance.delay.ms': '0',
  // 6 s is the session of every task: it bounds how long a killed owner keeps its partitions.
  'group.min.session.timeout.ms': '6000',
  // An abandoned transaction hides later records until this scan aborts it; the default is 10 s.
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
  // 15 minutes: above any transaction timeout that a test or a tool asks for.
  'transaction.max.timeout.ms': '900000',
  // 32 MiB instead of 128: the log cleaner takes this from a heap of 768 MiB at start.
  'log.cleaner.dedupe.buffer.size': '33554432',
};

export const kafkaHeap = ['-Xms256m', '-Xmx768m'];
export const registryHeap = ['-Xms64m', '-Xmx384m'];

/**
 * The first compiler only, and no threads that collect garbage beside the work: Kafka is up after 2.7 s
 * of processor time instead of 4.9, and needs less in its first minutes, at the price of peak speed.
 */
export const quickJvm = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

export const postgresSettings: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '64MB',
};

export const redisSettings: Readonly<Record<string, string>> = {
  appendonly: 'yes',
  save: '',
};

/** Apicurio's settings that do not depend on addresses. `sql` would forget schema ids at a restart. */
export const registrySettings: Readonly<Record<string, string>> = {
  APICURIO_STORAGE_KIND: 'kafkasql',
};

export const mavenArtifacts = {
  kafka: [
    { groupId: 'org.apache.kafka', artifactId: 'kafka_2.13', version: '4.1.0' },
    { groupId: 'org.apache.logging.log4j', artifactId: 'log4j-slf4j-impl', version: '2.24.3' },
  ],
  registry: {
    groupId: 'io.apicurio',
    artifactId: 'apicurio-registry-app',
    version: '3.0.9',
    type: 'tar.gz',
    classifier: 'all',
  },
  redis: { groupId: 'com.github.codemonstur', artifactId: 'embedded-redis', version: '1.4.4' },
} as const;

/** 3.x wants a parent POM of Apicurio's that Maven Central does not have. */
export const mavenDependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:2.10';

/** The file inside the Redis jar, by `<platform>-<arch>` of Node. */
export const redisBinaries: Readonly<Record<string, string>> = {
  'linux-x64': 'redis-server-6.2.6-v5-linux-amd64',
  'linux-arm64': 'redis-server-6.2.7-linux-arm64',
  'darwin-x64': 'redis-server-6.2.6-v5-darwin-amd64',
  'darwin-arm64': 'redis-server-6.2.6-v5-darwin-arm64',
};
