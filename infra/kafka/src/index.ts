export type {
  Appended,
  Assignment,
  EdgeProducer,
  Ends,
  Fetched,
  FetchOptions,
  GroupOffset,
  Headers,
  HeaderVisitor,
  Isolation,
  Log,
  LogReader,
  LogRecord,
  Membership,
  MembershipOptions,
  OutgoingRecord,
  TopicDescription,
  TopicPartition,
  TransactionalProducer,
} from './log.ts';
export type { ReadOnlyLog } from './read-only-log.ts';
export { readOnlyLog } from './read-only-log.ts';
export {
  CorruptRecord,
  Fenced,
  NotCommitted,
  OutcomeUnknown,
  PositionOutOfRange,
  Unavailable,
  UnknownTopic,
} from './errors.ts';
export type { Clock } from './clock.ts';
export { systemClock } from './clock.ts';
export { createKafkaLog } from './client/kafka-log.ts';
export type { KafkaLogger, KafkaLogOptions } from './client/kafka-log.ts';
export type { SaslOptions } from './kafkajs-internals.ts';
export { createMemoryLog } from './memory/memory-log.ts';
export type { FetchNow, MemoryFault, MemoryLog, MemoryLogOptions } from './memory/memory-log.ts';
export type { MemoryTransactionSession } from './memory/memory-transactions.ts';
export type { TransactionSession } from './transaction-session.ts';
export { producerOver } from './transaction-session.ts';
export type { MemberClaim } from './membership/assignment.ts';
export { shareOut } from './membership/assignment.ts';
export { Holdings } from './membership/holdings.ts';
export type {
  PartitionWork,
  SharedPartitions,
  SharePartitionsOptions,
} from './membership/share-partitions.ts';
export { sharePartitions } from './membership/share-partitions.ts';
export { Positions } from './positions.ts';
export {
  chunkRecordsMax,
  concurrentTransactionsPatience,
  edgeDeliveryTimeoutMs,
  farewellTimeoutMs,
  fetchUnavailableAfterMs,
  heartbeatIntervalMs,
  heartbeatTimeoutMs,
  rebalanceTimeoutMs,
  reconnectPatience,
  rejoinPatience,
  requestTimeoutMs,
  sessionTimeoutMs,
} from './limits.ts';
export { offsetAtTime } from './offset-at-time.ts';
export { pacedFetch } from './paced-fetch.ts';
export type { Tail, TailOptions, TailPositions } from './tail.ts';
export { openTail } from './tail.ts';
export type { FeedOffsets, FeedPosition } from './feed/feed-position.ts';
export { feedTagOf, formatFeedPosition, parseFeedPosition } from './feed/feed-position.ts';
export { aheadMax as feedAheadMax } from './feed/limits.ts';
export type { FeedLog, Follower, Joined, LogFeed, LogFeedOptions, Seat } from './feed/log-feed.ts';
export { openLogFeed } from './feed/log-feed.ts';
export type { Change } from './feed/ring.ts';
