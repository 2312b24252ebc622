import { randomUUID } from 'node:crypto';
import { deskKeyOf, desksTopology, remediesTopology, remedyIdOf } from '@plumbline/alert-desk';
import type {
  AlertsEvent,
  CommandOutcome,
  DesksCommand,
  PaymentsCommand,
  RemediesCommand,
} from '@plumbline/events';
import {
  allTopics,
  createCodec,
  createMemorySchemaIds,
  encodeEnvelope,
  topics,
} from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import { createMemoryLog, systemClock } from '@plumbline/kafka';
import { partitionOfRecordKey, payNo as payNoOf, routingKey, slotOf } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { SweeperOptions } from '@plumbline/payments';
import { channelSweepsTopology, openSweeper, paymentsTopology } from '@plumbline/payments';
import { runTopology } from '@plumbline/runtime';
import { afterEach, expect, it, vi } from 'vitest';

const partitions = 2;
const channelKey = 'platform/channel.MOCK';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The tasks that a sweep goes through, on a log in memory; who reads for it comes later. */
async function openWorld() {
  const log = createMemoryLog({
    topics: allTopics.map(({ name, partitions: count }) => ({
      name,
      partitions: count === 'shared' ? partitions : count,
    })),
  });
  closing.push(() => log.close());
  const codec = createCodec(createMemorySchemaIds());
  const metrics = createMetrics({ service: 'test', processMetrics: false });
  const shared = { log, codec, logger: silentLogger, partitions };
  const desks = desksTopology({ partitions, tenant: 'main' });
  for (const topology of [desks, remediesTopology, paymentsTopology]) {
    const running = await runTopology({ ...shared, topology });
    closing.push(() => running.close());
    await vi.waitFor(() => expect(running.ready()).toBe(true), 10_000);
  }
  const gatewayTo = async (context: 'desks' | 'payments' | 'remedies') => {
    const gateway = await createCommandGateway({
      ...{ ...shared, metrics, source: '/test' },
      commandsTopic: topics[`${context}Commands`].name,
      outcomesTopic: topics[`${context}Outcomes`].name,
    });
    closing.push(() => gateway.close());
    return gateway;
  };
  const to = {
    desks: await gatewayTo('desks'),
    payments: await gatewayTo('payments'),
    remedies: await gatewayTo('remedies'),
  };

  async function say(
    context: keyof typeof to,
    key: string,
    payload: DesksCommand | PaymentsCommand | RemediesCommand,
  ): Promise<CommandOutcome> {
    const id = randomUUID();
    const ids = { id, correlationId: id, actor: 'operator:test' };
    const executed = await to[context].execute({ ...ids, key, subject: key, payload });
    if (executed.kind === 'pending') throw new Error(`nobody has decided about ${payload.type}`);
    return executed.outcome;
  }

  async function startSweeper(over: Partial<SweeperOptions>): Promise<() => Promise<void>> {
    const sweeper = openSweeper({
      ...{ channels: ['MOCK'], clock: systemClock, wallClockMs: Date.now, logger: silentLogger },
      ...{ commands: to.remedies, lingering: { longest: () => never }, ...over },
    });
    const { following } = sweeper;
    const running = await runTopology({ ...shared, topology: channelSweepsTopology, following });
    return async () => {
      await running.close();
      await sweeper.close();
    };
  }

  const told = (topic: string) =>
    log
      .topicRecords(topic)
      .flatMap(({ value }) => (value === null ? [] : [codec.decode(topic, value)]));

  /** How many records of the remedies' state have such a key. */
  const kept = (prefix: string): number =>
    log
      .topicRecords(topics.remediesChangelog.name)
      .filter(({ key }) => key?.toString().startsWith(prefix) === true).length;

  return { log, codec, say, startSweeper, told, kept };
}

const never = Promise.reject(new Error('it cannot read'));
never.catch(() => undefined);

function alert(alertId: string): AlertsEvent {
  return {
    type: 'AlertRaised',
    data: {
      ...{ alertId, rule: 'W', ruleVersion: 1, tenant: 'platform', orderNo: 'channel.MOCK' },
      ...{ payNo: null, severity: 'WARNING', summary: 's', expected: 'e', actual: 'a' },
      ...{ deadline: null, detectedAt: 1, amountMinor: 0n, currency: 'XXX', howSeen: 'h' },
      ...{ triggerEventId: 't', evidence: [] },
    },
  };
}

async function raise(
  { log, codec }: Pick<Awaited<ReturnType<typeof openWorld>>, 'codec' | 'log'>,
  alertId: string,
): Promise<void> {
  const topic = topics.alertsEvents.name;
  await codec.prepare([topic]);
  const producer = await log.openTransactionalProducer({ transactionalId: `test-${alertId}` });
  await producer.transact([
    {
      ...{ topic, key: Buffer.from(channelKey), value: codec.encode(topic, alert(alertId)) },
      partition: partitionOfRecordKey(channelKey, partitions),
      headers: encodeEnvelope({
        ...{ id: randomUUID(), type: 'AlertRaised', source: '/test', subject: alertId, timeMs: 1 },
        ...{ correlationId: 'c', causationId: null, actor: 'system:consistency-alerts' },
        ...{ aggregateVersion: 1n, previousHash: '0'.repeat(64) },
        ...{ subjectKeyId: null, traceparent: null },
      }),
    },
  ]);
  await producer.close();
}

it('a sweep asks each payment once, though whoever reads for it dies and another comes', async () => {
  const world = await openWorld();
  const policy = { rule: 'W', mode: 'ACT', remedy: 'SWEEP_CHANNEL', perHourMax: 2 } as const;
  const data = { tenant: 'platform', policy: { ...policy, money: [], dryRun: false }, reason: 'r' };
  await world.say('desks', deskKeyOf('platform'), { type: 'SetRemedyPolicy', data });
  // Every partition knows of it, or the alert is none of a policy.
  await vi.waitFor(() => expect(world.kept('s/policies/')).toBe(partitions), 10_000);
  const payNos = ['O-1', 'O-2', 'O-3'].map((orderNo, random) => {
    return payNoOf({ atMs: 1, slot: slotOf(routingKey('main', orderNo)), random });
  });
  const alertId = randomUUID();
  const remedyId = remedyIdOf(channelKey, alertId);
  let tried = 0;
  const stop = await world.startSweeper({
    lingering: { longest: () => ((tried += 1), never) },
  });
  await raise(world, alertId);
  await vi.waitFor(() => expect(tried).toBeGreaterThan(0), 10_000);
  await stop();
  expect(world.told(topics.paymentsCommands.name)).toEqual([]);

  const longest = () => Promise.resolve({ payNos, left: 4 });
  closing.push(await world.startSweeper({ lingering: { longest } }));
  await vi.waitFor(
    () => expect(world.told(topics.paymentsOutcomes.name)).toHaveLength(payNos.length),
    10_000,
  );
  const late = { remedyId, payNos: ['PAY'], left: 0 };
  const again = await world.say('remedies', channelKey, { type: 'RecordLingering', data: late });
  expect(again.status).toBe('UNCHANGED');
  const asked = world.told(topics.paymentsCommands.name);
  expect(asked.map((each) => each.data)).toMatchObject(payNos.map((payNo) => ({ payNo })));
  const places = world.log
    .topicRecords(topics.paymentsCommands.name)
    .map(({ key, partition }) => `${key?.toString()} ${partition}`);
  expect(places.sort()).toEqual(
    payNos.map((payNo) => `${payNo} ${partitionOfRecordKey(payNo, partitions)}`).sort(),
  );
  // There is no payment of these numbers.
  expect(world.told(topics.paymentsOutcomes.name).map((each) => each.data)).toMatchObject(
    payNos.map(() => ({ commandType: 'QueryPayment', code: 'PAYMENT_NOT_FOUND' })),
  );
  expect(world.told(topics.remediesEvents.name)).toMatchObject([
    ...[{ type: 'RemedyProposed' }, { type: 'RemedyStarted' }],
    { type: 'ChannelSwept', data: { payNos, left: 4 } },
    { type: 'RemedyEnded', data: { ending: 'DONE', proof: { type: 'ChannelSwept' } } },
  ]);
}, 60_000);
