import { describeLogContract } from '../contract/log-contract.ts';
import { openKafkaHarness } from './kafka-harness.ts';

describeLogContract('Kafka', openKafkaHarness, { seeds: [1, 2, 3] });
