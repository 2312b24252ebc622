import { createMemoryLog } from '@plumbline/kafka';
import { describe, expect, it } from 'vitest';
import { findLeftOver, leftOverLine } from './left-over.ts';
import { prefix, topicOf } from './testing/open-delays.ts';

const [configured, dropped, other] = [topicOf(60_000), topicOf(1_000), 'other.1s'];
const group = 'delays';

function open() {
  const topics = [configured, dropped, other].map((name) => ({ name, partitions: 2 }));
  const log = createMemoryLog({ topics, clock: { nowMs: () => 1_000 } });
  const append = (topic: string, partition: number): void => {
    log.appendRaw({ topic, partition, key: Buffer.from('k'), value: null, headers: {} });
  };
  const find = () =>
    findLeftOver({
      ...{ log, group, prefix, configured: [configured], known: topics.map(({ name }) => name) },
    });
  return { log, append, find };
}

describe('levels that are left over', () => {
  it('are those of the prefix that have records and are not configured', async () => {
    const { append, find } = open();
    for (const topic of [configured, other]) append(topic, 0);
    expect(await find()).toEqual([]);
    append(dropped, 0);
    append(dropped, 1);
    append(dropped, 1);
    expect(await find()).toEqual([{ topic: dropped, records: 3n }]);
  });

  it('are none when the tasks have said that they sent on everything', async () => {
    const { log, append, find } = open();
    append(dropped, 0);
    append(dropped, 0);
    const membership = await log.join({
      ...{ groupId: group, topics: [dropped], partitions: 2 },
      onAssigned: () => Promise.resolve(),
      onFailed: () => undefined,
    });
    await membership.report([{ topic: dropped, partition: 0, offset: 1n }]);
    expect(await find()).toEqual([{ topic: dropped, records: 1n }]);
    await membership.report([{ topic: dropped, partition: 0, offset: 2n }]);
    expect(await find()).toEqual([]);
    await membership.leave();
  });

  it('are named with what to do', () => {
    expect(leftOverLine({ topic: dropped, records: 3n })).toBe(
      'test-delay.1s is no level of PLUMBLINE_DELAY_LEVELS and holds up to 3 records that nobody ' +
        'sends on: put its level back until they are gone, or they are deleted with its retention',
    );
  });
});
