import type { Admin, SASLOptions } from 'kafkajs';
import { Kafka, logLevel } from 'kafkajs';

export interface KafkaAdminOptions {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: boolean;
  readonly sasl?: SASLOptions;
  /** For one request. */
  readonly timeoutMs: number;
}

/** A topic that is to be made. */
export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** kafkajs's own, not connected yet; it tries again a few times and logs nothing. */
export function createKafkaAdmin(options: KafkaAdminOptions): Admin {
  const { brokers, clientId, ssl, sasl, timeoutMs } = options;
  return new Kafka({
    ...{ clientId, ssl, brokers: [...brokers], logLevel: logLevel.NOTHING },
    requestTimeout: timeoutMs,
    retry: { retries: 4, initialRetryTime: 200 },
    ...(sasl ? { sasl } : {}),
  }).admin();
}

/**
 * Makes topics. One that somebody else has made meanwhile is no error. The brokers may not show them
 * at once: {@link isNotShown}. Errors: kafkajs's own.
 */
export async function createTopics(
  admin: Pick<Admin, 'createTopics'>,
  of: { readonly topics: readonly NewTopic[]; readonly timeoutMs: number },
): Promise<void> {
  await admin.createTopics({
    // kafkajs asks for the leaders once, and gives up where the broker does not know the topic yet.
    waitForLeaders: false,
    timeout: of.timeoutMs,
    topics: of.topics.map(({ name, partitions, config }) => ({
      topic: name,
      numPartitions: partitions,
      configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
    })),
  });
}

/** The last: a broker names itself as leader of a new topic a moment before it leads. */
const notShown: ReadonlySet<string> = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
]);

/**
 * Whether an error of kafkajs says that the brokers do not show a topic, or not yet. After its own
 * retries kafkajs gives another error, whose cause is the broker's.
 */
export function isNotShown(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const type = 'type' in error ? error.type : undefined;
  if (typeof type === 'string' && notShown.has(type)) return true;
  return isNotShown(error.cause);
}
