import { describeCompaction } from '../contract/compaction-contract.ts';
import { historySeeds } from '../contract/history-seeds.ts';
import { openKafkaHarness } from '../contract/kafka-harness.ts';
import { describeLogContract } from '../contract/log-contract.ts';

describeLogContract('Kafka', openKafkaHarness, { seeds: historySeeds() }, describeCompaction);
