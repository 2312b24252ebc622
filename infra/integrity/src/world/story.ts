import { topics } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { readTopic } from '../checks/read-log.ts';
import type { World } from './world.ts';
import { partitions } from './world.ts';

const told = [
  topics.ordersCommands,
  topics.ordersEvents,
  topics.ordersOutcomes,
  topics.paymentsCommands,
  topics.paymentsEvents,
  topics.paymentsOutcomes,
  topics.ordersDeadLetters,
  topics.paymentsDeadLetters,
  topics.checkoutDeadLetters,
  topics.checkoutCommands,
  topics.checkoutEvents,
  topics.alertsEvents,
  topics.consistencyAlertsDeadLetters,
].map(({ name }) => name);

const changelogs = [topics.ordersChangelog, topics.paymentsChangelog, topics.checkoutChangelog].map(
  ({ name }) => name,
);

/** Every record of an order in the order of the broker's clock, and where its tasks stand. */
export async function storyOf({ log }: World, orderNo: string): Promise<string> {
  const key = `main/${orderNo}`;
  const partition = partitionOfRecordKey(key, partitions);
  const records: LogRecord[] = [];
  for (const topic of told) {
    const all = await readTopic(log, topic, partitions);
    records.push(...all.filter((record) => record.key?.toString() === key));
  }
  const lines = records
    .sort((a, b) => a.timestampMs - b.timestampMs)
    .map(({ topic, partition: at, offset, timestampMs, headers }) => {
      const time = new Date(timestampMs).toISOString();
      return `${time} ${topic} ${at}/${offset} ${headers['ce_type']?.toString() ?? '?'}`;
    });
  for (const topic of changelogs) {
    const positions = new Map<string, string>();
    for (const record of await readTopic(log, topic, partitions))
      if (record.partition === partition && record.key?.toString().startsWith('p/'))
        positions.set(record.key.toString(), record.value?.toString() ?? 'none');
    lines.push(`${topic} ${partition}: ${JSON.stringify([...positions])}`);
  }
  return lines.join('\n');
}
