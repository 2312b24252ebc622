import { randomUUID } from 'node:crypto';
import {
  alertDeskConfig,
  deskKeyOf,
  desksTopology,
  remediesTopology,
  remedyIdOf,
} from '@plumbline/alert-desk';
import type { AlertsEvent, DesksCommand, RemediesCommand, RemediesEvent } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { partitionOfRecordKey } from '@plumbline/kernel';
import type { Stack } from '@plumbline/local';
import { ensureTopics, openStack } from '@plumbline/local';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { createLingeringPayments, paymentsProjection } from '@plumbline/payments';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres, quoted, schemaOf } from '@plumbline/postgres';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { learnAll, readTopic } from './checks/read-log.ts';
import type { GatewayWorld } from './world/gateway-world.ts';
import { openGatewayWorld, until } from './world/gateway-world.ts';

const partitions = 4;
const channelKey = 'platform/channel.MOCK';

let stack: Stack;
let world: GatewayWorld;
let desk: TestProcess<TestProcess<never>['foundation']['config']>;
let postgres: Postgres;
const gateways: CommandGateway[] = [];

beforeAll(async () => {
  // Beside files that write alerts themselves, those who have a task for them would be lost.
  stack = await openStack({ ports: 'free', parts: ['redis', 'postgres', 'kafka'] });
  await ensureTopics({ brokers: [stack.kafka], partitions });
  const env = {
    PLUMBLINE_KAFKA_BROKERS: stack.kafka,
    PLUMBLINE_POSTGRES_URL: stack.postgresUrl,
    PLUMBLINE_REDIS_URL: stack.redisUrl,
  };
  // No callback comes, and the timers of a payment leave it alone for an hour.
  world = await openGatewayWorld({ ...env, PLUMBLINE_GATEWAY_QUERY_SECONDS: '3600' });
  await world.control('POST', '/rules', { on: 'callback', what: 'lose' });
  desk = await openTestProcess({
    ...{ service: 'alert-desk', schema: alertDeskConfig, env },
    open: () =>
      Promise.resolve({
        topologies: [desksTopology({ partitions, tenant: 'main' }), remediesTopology],
      }),
  });
  postgres = openPostgres({ url: stack.postgresUrl, logger: silentLogger });
}, 120_000);
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await postgres.close();
  await desk.close();
  await world.close();
  await stack.stop();
});

/** Says something to a desk or a remedy; how it was decided. */
async function say(
  to: 'desks' | 'remedies',
  key: string,
  payload: DesksCommand | RemediesCommand,
): Promise<string> {
  const { log, codec } = world.edge.foundation;
  const gateway = await createCommandGateway({
    ...{ log, codec, logger: silentLogger, partitions, source: '/test' },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    commandsTopic: topics[`${to}Commands`].name,
    outcomesTopic: topics[`${to}Outcomes`].name,
  });
  gateways.push(gateway);
  const id = randomUUID();
  const ids = { id, correlationId: id, actor: 'operator:test' };
  const executed = await gateway.execute({ ...ids, key, subject: key, payload });
  if (executed.kind === 'pending') throw new Error(`nobody has decided about ${payload.type}`);
  return executed.outcome.status;
}

/** A payment that the gateway has, and whose payer has paid there: of which nobody hears. */
async function paidInSilence(): Promise<string> {
  const orderNo = `W${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const asked = { orderNo, amount: 9.99, channel: 'MOCK' };
  const { status, json } = await world.edge.post('/payments', asked);
  expect(status, JSON.stringify(json)).toBe(200);
  const payNo = String(json.data?.['payNo']);
  await isNow(payNo, 'PAYING');
  await world.control('POST', `/payments/mock/${payNo}/pay`, {});
  return payNo;
}

const isNow = (payNo: string, status: string): Promise<true> =>
  until(
    `${payNo} is ${status}`,
    async () =>
      (await world.edge.get(`/payments/${payNo}`)).json.data?.['status'] === status ? true : null,
    15_000,
  );

async function raise(alertId: string): Promise<void> {
  const topic = topics.alertsEvents.name;
  const event: AlertsEvent = {
    type: 'AlertRaised',
    data: {
      ...{ alertId, rule: 'W', ruleVersion: 1, tenant: 'platform', orderNo: 'channel.MOCK' },
      ...{ payNo: null, severity: 'WARNING', summary: 's', expected: 'e', actual: 'a' },
      ...{ deadline: null, detectedAt: 1, amountMinor: 0n, currency: 'XXX', howSeen: 'h' },
      ...{ triggerEventId: 't', evidence: [] },
    },
  };
  const { log, codec } = world.edge.foundation;
  await codec.prepare([topic]);
  const producer = await log.openTransactionalProducer({ transactionalId: `test-${alertId}` });
  await producer.transact([
    {
      ...{ topic, key: Buffer.from(channelKey), value: codec.encode(topic, event) },
      partition: partitionOfRecordKey(channelKey, partitions),
      headers: encodeEnvelope({
        ...{ id: randomUUID(), type: event.type, source: '/test', subject: alertId, timeMs: 1 },
        ...{ correlationId: 'c', causationId: null, actor: 'system:consistency-alerts' },
        ...{ aggregateVersion: 1n, previousHash: '0'.repeat(64) },
        ...{ subjectKeyId: null, traceparent: null },
      }),
    },
  ]);
  await producer.close();
}

async function told(remedyId: string): Promise<readonly RemediesEvent[]> {
  const { log, codec } = world.edge.foundation;
  const records = await readTopic(log, topics.remediesEvents.name, partitions);
  await learnAll(codec, records);
  return records
    .map(({ topic, value }) => codec.decode(topic, value) as RemediesEvent)
    .filter(({ data }) => data.remedyId === remedyId);
}

it('rule W has its gateway asked about what lingers, once, and payments end as it has them', async () => {
  const policy = { rule: 'W', mode: 'ACT', remedy: 'SWEEP_CHANNEL', perHourMax: 2 } as const;
  const data = { tenant: 'platform', policy: { ...policy, money: [], dryRun: false }, reason: 'r' };
  const set = await say('desks', deskKeyOf('platform'), { type: 'SetRemedyPolicy', data });
  expect(set).toBe('ACCEPTED');
  const payNos = [await paidInSilence(), await paidInSilence()];
  // For the read model a silence of ten minutes; for the payments, the seconds in which none is asked twice.
  const payments = `${quoted(schemaOf(paymentsProjection))}.payments`;
  await postgres.query(
    `update ${payments} set created_at = created_at - interval '10 minutes',
       asked_at = asked_at - interval '10 minutes'`,
  );
  const wanted = { channels: ['MOCK'], silentSinceMs: Date.now() - 60_000 } as const;
  const lingering = createLingeringPayments(postgres);
  expect(await lingering.longest({ ...wanted, atMost: 1 })).toEqual({
    payNos: [payNos[0]],
    left: 1,
  });
  await new Promise((resolve) => setTimeout(resolve, 5_000));

  const alertId = randomUUID();
  await raise(alertId);
  const remedyId = remedyIdOf(channelKey, alertId);
  const events = await until(
    'the sweep is done',
    async () => {
      const found = await told(remedyId);
      return found.some(({ type }) => type === 'RemedyEnded') ? found : null;
    },
    15_000,
  );
  expect(events).toMatchObject([
    { type: 'RemedyProposed' },
    { type: 'RemedyStarted' },
    { type: 'ChannelSwept', data: { payNos, left: 0 } },
    { type: 'RemedyEnded', data: { ending: 'DONE', proof: { type: 'ChannelSwept' } } },
  ]);
  for (const payNo of payNos) await isNow(payNo, 'SUCCESS');
  const again = { remedyId, payNos, left: 0 };
  const late = await say('remedies', channelKey, { type: 'RecordLingering', data: again });
  expect(late).toBe('UNCHANGED');
  expect(await lingering.longest({ ...wanted, atMost: 1 })).toEqual({ payNos: [], left: 0 });
}, 60_000);
