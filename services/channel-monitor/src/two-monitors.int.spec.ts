import { randomUUID } from 'node:crypto';
import type { ReceivingCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';
import { testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { streamKey } from './active-stream/scripts.ts';
import { accountKey } from './domain/receiving/account-key.ts';
import type { TestChannelMonitor } from './testing/open-channel-monitor.ts';
import { openTestChannelMonitor } from './testing/open-channel-monitor.ts';

/** Of this run: the suite's servers are others' as well. */
const pid = `p${randomUUID().slice(0, 8)}`;
/** Enough for each process to have some of them. */
const aids = Array.from({ length: 12 }, (_, at) => String(at));

const monitors: TestChannelMonitor[] = [];
let accounts: CommandGateway;
const redis = openRedis({ url: testAddress('PLUMBLINE_TEST_REDIS'), logger: silentLogger });

beforeAll(async () => {
  monitors.push(await openTestChannelMonitor());
  monitors.push(await openTestChannelMonitor());
  const [first] = monitors;
  if (first === undefined) throw new Error('no monitor');
  const { log, codec, config } = first.foundation;
  accounts = await createCommandGateway({
    ...{ log, codec, logger: silentLogger, source: '/test' },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    partitions: config.PLUMBLINE_PARTITIONS,
    commandsTopic: topics.receivingCommands.name,
    outcomesTopic: topics.receivingOutcomes.name,
  });
});
afterAll(async () => {
  await accounts.close();
  for (const monitor of monitors) await monitor.close();
  await redis.close();
});

async function ask(payload: ReceivingCommand): Promise<void> {
  const { pid: merchant, aid } = payload.data;
  const command = {
    ...{ id: randomUUID(), key: accountKey(payload.data), subject: `${merchant}.${aid}` },
    ...{ payload, correlationId: 'test', actor: 'api:test' },
  };
  // A partition that goes to another process answers late: the same command again is the same.
  const decided = async () => (await accounts.execute(command)).kind;
  await expect.poll(decided, { timeout: 30_000, interval: 200 }).toBe('decided');
}

const aboutOf = (aid: string) => ({ tenant: 'main', pid, aid });
const activate = (aid: string, name: string): ReceivingCommand => ({
  type: 'ActivateOrder',
  data: {
    ...{ ...aboutOf(aid), cid: null, orderNo: `${name}${aid}`, payNo: `PAY-${name}${aid}` },
    ...{ reference: `R-${name}`, amountMinor: 1_000n, currency: 'CNY' },
    expireAt: Date.now() + 600_000,
  },
});

const inStream = async () => {
  const entries = await redis.run((client) => client.xrange(streamKey, '-', '+'));
  return entries.flatMap(([, texts]) => (texts[3] === pid ? [texts[1]] : [])).sort();
};
const named = (...names: readonly string[]) =>
  names.flatMap((name) => aids.map((aid) => `${name}${aid}`)).sort();
const wait = { timeout: 30_000, interval: 200 };

it('two processes show all orders, mend a flush together, and one goes on alone', async () => {
  for (const aid of aids) {
    await ask({
      type: 'RegisterReceivingAccount',
      data: {
        ...{ ...aboutOf(aid), name: 'till', currency: 'CNY' },
        channels: [
          { cid: '2', type: 'wxpay', channel: 'a', pattern: 1, payUrl: null, enabled: true },
        ],
        settings: {
          ...{ offsetsMax: 0, offsetStepMinor: 1n, offsetUp: true },
          ...{ settleMs: 60_000, lateMs: 86_400_000 },
        },
      },
    });
    await ask(activate(aid, 'A'));
  }
  await expect.poll(inStream, wait).toEqual(named('A'));
  await redis.run((client) => client.del(streamKey));
  await expect.poll(inStream, wait).toEqual(named('A'));
  await monitors.pop()?.close();
  for (const aid of aids) await ask(activate(aid, 'B'));
  await expect.poll(inStream, wait).toEqual(named('A', 'B'));
  for (const aid of aids)
    await ask({ type: 'EndActiveOrder', data: { ...aboutOf(aid), reference: 'R-A' } });
  await expect.poll(inStream, wait).toEqual(named('B'));
}, 180_000);
