import type { TopicSpec } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { ensureDelayTopics, UnfitDelayTopic } from './ensure-delay-topics.ts';
import { delayTopics, topicOf } from './testing/open-delays.ts';
import type { ActualTopic, TopicAdmin } from './topic-admin.ts';

const partitions = 4;
const actualOf = ({ config }: TopicSpec): ActualTopic => ({ partitions, config });

/** Brokers in memory, which show a topic after so many looks. */
function brokersWith(topics: Readonly<Record<string, ActualTopic>>, looksUntilShown = 0) {
  const there = new Map(Object.entries(topics));
  const made: string[] = [];
  let looks = 0;
  const admin: TopicAdmin = {
    listTopics: () => Promise.resolve([...there.keys()]),
    createTopics: (specs, count) => {
      for (const { name, config } of specs) {
        made.push(name);
        there.set(name, { partitions: count, config });
      }
      return Promise.resolve();
    },
    describe: (name) => {
      looks += 1;
      return Promise.resolve(looks <= looksUntilShown ? null : (there.get(name) ?? null));
    },
    close: () => Promise.resolve(),
  };
  return { admin, made };
}

/** Time that passes while somebody sleeps. */
function virtualClock() {
  let nowMs = 0;
  return {
    nowMs: () => nowMs,
    sleep: (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    },
    turn: () => Promise.resolve(),
    busy: () => 0,
  };
}

const ensure = (admin: TopicAdmin) =>
  ensureDelayTopics({ admin, topics: delayTopics, partitions, clock: virtualClock() });

const fitting = Object.fromEntries(delayTopics.map((topic) => [topic.name, actualOf(topic)]));
const [shortTopic] = delayTopics.map(({ name }) => name);

describe('the delay topics', () => {
  it('that are missing are made, with their policies, and then there is nothing to do', async () => {
    const brokers = brokersWith({ 'another.topic': { partitions: 1, config: {} } });
    const names = delayTopics.map(({ name }) => name);
    expect(await ensure(brokers.admin)).toEqual(names);
    expect(brokers.made).toEqual(names);
    expect(await ensure(brokers.admin)).toEqual([]);
    expect(brokers.made).toEqual(names);
  });

  it('are waited for until the brokers show them, and not for ever', async () => {
    expect(await ensure(brokersWith({}, 20).admin)).toHaveLength(3);
    await expect(ensure(brokersWith({}, 1_000).admin)).rejects.toThrow('was made and is not shown');
  });

  const unfit = (change: Partial<ActualTopic>): Promise<unknown> => {
    const found = fitting[topicOf(1_000)] ?? { partitions, config: {} };
    const changed = { ...found, ...change, config: { ...found.config, ...change.config } };
    return ensure(brokersWith({ ...fitting, [topicOf(1_000)]: changed }).admin);
  };

  it('are refused with the times of producers, by which a delay cannot be told', async () => {
    const wrong = unfit({ config: { 'message.timestamp.type': 'CreateTime' } });
    await expect(wrong).rejects.toThrow(UnfitDelayTopic);
    await expect(wrong).rejects.toThrow(
      `${shortTopic} has message.timestamp.type=CreateTime, and it must be LogAppendTime: ` +
        'choose another PLUMBLINE_DELAY_PREFIX, or, once nothing is in it, kafka-configs.sh --alter',
    );
  });

  it('are refused with a retention that may delete what waits, and may have a longer one', async () => {
    await expect(unfit({ config: { 'retention.ms': '600000' } })).rejects.toThrow(
      `kafka-configs.sh --alter --entity-type topics --entity-name ${shortTopic} --add-config ` +
        'retention.ms=604801000',
    );
    await expect(unfit({ config: { 'cleanup.policy': 'compact' } })).rejects.toThrow(
      'cleanup.policy=compact, and it must be delete',
    );
    await expect(unfit({ config: { 'retention.bytes': '1000' } })).rejects.toThrow(
      'retention.bytes=1000, and it must be -1',
    );
    expect(await unfit({ config: { 'retention.ms': '999999999999' } })).toEqual([]);
    expect(await unfit({ config: { 'retention.ms': '-1' } })).toEqual([]);
  });

  it('are refused with another number of partitions', async () => {
    await expect(unfit({ partitions: 3 })).rejects.toThrow(
      `${shortTopic} has 3 partitions, and the log has 4 (PLUMBLINE_PARTITIONS)`,
    );
  });

  it('are refused with everything that is wrong at once', async () => {
    const wrong = unfit({ partitions: 3, config: { 'retention.ms': '1' } });
    await expect(wrong).rejects.toThrow(/3 partitions[^]*retention\.ms=1,/);
  });
});
