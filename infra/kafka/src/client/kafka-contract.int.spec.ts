import { describeLogContract } from '../contract/log-contract.ts';
import { openKafkaHarness } from '../contract/kafka-harness.ts';
import { historySeeds } from '../contract/history-seeds.ts';

describeLogContract('Kafka', openKafkaHarness, { seeds: historySeeds() });
