export type { KafkaAdminOptions, NewTopic } from './kafka-admin.ts';
export { createKafkaAdmin, createTopics, isNotShown } from './kafka-admin.ts';
