import { randomUUID } from 'node:crypto';
import { testAddress } from '@plumbline/runtime/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { delayTopicsOf } from './config.ts';
import { ensureDelayTopics } from './ensure-delay-topics.ts';
import { openLateBroker } from './testing/late-broker.ts';
import { openTopicAdmin } from './topic-admin.ts';

const broker = testAddress('PLUMBLINE_TEST_KAFKA').split(',')[0] ?? '';
const partitions = 4;

const newTopics = () => {
  const prefix = `test-delay-${randomUUID().slice(0, 8)}`;
  const env = { PLUMBLINE_DELAY_PREFIX: prefix, PLUMBLINE_DELAY_LEVELS: '1s,2s,3s' };
  return { prefix, topics: delayTopicsOf(env) };
};

async function openAdmin(address: string) {
  const admin = await openTopicAdmin({ brokers: [address], clientId: 'test', ssl: false });
  onTestFinished(() => admin.close());
  return admin;
}

describe('delay topics on a real broker', () => {
  it.each([
    ['UNKNOWN_TOPIC_OR_PARTITION', 1],
    ['UNKNOWN_TOPIC_OR_PARTITION', 12],
    // For these kafkajs asks again itself, five times.
    ['LEADER_NOT_AVAILABLE', 12],
  ] as const)('are waited for where the broker says %s, %i times', async (says, denials) => {
    const { prefix, topics } = newTopics();
    const late = await openLateBroker({ broker, prefix, says, denials });
    onTestFinished(() => late.close());
    const made = await ensureDelayTopics({
      ...{ admin: await openAdmin(late.address), topics, partitions },
    });
    expect(made).toEqual(topics.map(({ name }) => name));
    expect(late.denied()).toBe(denials);
  });

  it('are made once by several processes that start at once', async () => {
    const { topics } = newTopics();
    const admins = await Promise.all(Array.from({ length: 6 }, () => openAdmin(broker)));
    await Promise.all(
      admins.map((admin) => ensureDelayTopics({ ...{ admin, topics, partitions } })),
    );
    const [admin = await openAdmin(broker)] = admins;
    expect(await ensureDelayTopics({ ...{ admin, topics, partitions } })).toEqual([]);
  });
});
