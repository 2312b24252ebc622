import type { Admin } from 'kafkajs';
import { expect, it } from 'vitest';
import { createTopics, isNotShown } from './kafka-admin.ts';

const brokerSays = (type: string, cause?: unknown) =>
  Object.assign(new Error(type, { cause }), { type });

it.each([
  [brokerSays('UNKNOWN_TOPIC_OR_PARTITION'), true],
  [brokerSays('LEADER_NOT_AVAILABLE'), true],
  [brokerSays('NOT_LEADER_FOR_PARTITION'), true],
  [new Error('gave up', { cause: brokerSays('LEADER_NOT_AVAILABLE') }), true],
  [brokerSays('TOPIC_AUTHORIZATION_FAILED'), false],
  [new Error('away'), false],
  ['UNKNOWN_TOPIC_OR_PARTITION', false],
])('tells %s of a topic that is not shown from other errors: %s', (error, isIt) => {
  expect(isNotShown(error)).toBe(isIt);
});

it('makes topics with their policies, and waits for no leader', async () => {
  const asked: Parameters<Admin['createTopics']>[0][] = [];
  const admin = {
    createTopics: (request: Parameters<Admin['createTopics']>[0]) => {
      asked.push(request);
      return Promise.resolve(false);
    },
  };
  const topics = [
    { name: 'a', partitions: 4, config: { 'retention.ms': '-1' } },
    { name: 'b', partitions: 1, config: {} },
  ];
  await createTopics(admin, { topics, timeoutMs: 15 });
  expect(asked).toEqual([
    {
      ...{ waitForLeaders: false, timeout: 15 },
      topics: [
        {
          topic: 'a',
          numPartitions: 4,
          configEntries: [{ name: 'retention.ms', value: '-1' }],
        },
        { topic: 'b', numPartitions: 1, configEntries: [] },
      ],
    },
  ]);
});
