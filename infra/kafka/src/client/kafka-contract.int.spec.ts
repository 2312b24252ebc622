import { describeLogContract } from '../contract/log-contract.ts';
import { openKafkaHarness } from '../contract/kafka-harness.ts';

describeLogContract('Kafka', openKafkaHarness, { seeds: [1, 2, 3] });
