import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { AlertRaised, Evidence } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { consistencyAlerts, consistencyAlertsConfig } from '@plumbline/consistency-alerts';
import type { Stack } from '@plumbline/local';
import { ensureTopics, openStack, runCommand } from '@plumbline/local';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess, testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { learnAll, readTopic } from './checks/read-log.ts';
import type { GatewayWorld } from './world/gateway-world.ts';
import { openGatewayWorld, until } from './world/gateway-world.ts';

const cli = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));
const partitions = 4;

let stack: Stack;
let env: Readonly<Record<string, string>>;
let world: GatewayWorld;
let alerts: TestProcess<TestProcess<never>['foundation']['config']>;
beforeAll(async () => {
  // Beside files that write alerts themselves, the alert task would take its state for lost.
  stack = await openStack({ ports: 'free', parts: ['redis', 'postgres', 'kafka'] });
  await ensureTopics({ brokers: [stack.kafka], partitions });
  env = {
    PLUMBLINE_KAFKA_BROKERS: stack.kafka,
    PLUMBLINE_POSTGRES_URL: stack.postgresUrl,
    PLUMBLINE_REDIS_URL: stack.redisUrl,
  };
  world = await openGatewayWorld({ ...env, PLUMBLINE_GATEWAY_QUERY_SECONDS: '3600' });
  alerts = await openTestProcess({
    ...{ service: 'consistency-alerts', schema: consistencyAlertsConfig, env },
    open: () => Promise.resolve({ topologies: [consistencyAlerts] }),
  });
}, 120_000);
afterAll(async () => {
  await alerts.close();
  await world.close();
  await stack.stop();
});

const newOrderNo = (): string => `Z${randomUUID().replaceAll('-', '').slice(0, 20)}`;

/** A payment that the gateway has; returns its number. */
async function created(channel: 'MOCK' | 'LAKALA', orderNo: string): Promise<string> {
  const { status, json } = await world.edge.post('/payments', { orderNo, amount: 9.99, channel });
  expect(status, JSON.stringify(json)).toBe(200);
  const payNo = String(json.data?.['payNo']);
  await until('the gateway has it', () => world.book(channel, payNo), 10_000);
  return payNo;
}

const pay = (channel: 'MOCK' | 'LAKALA', payNo: string) =>
  world.control('POST', `/payments/${channel.toLowerCase()}/${payNo}/pay`, {});

/** Alerts of one order, oldest first. */
async function alertsOf(orderNo: string): Promise<readonly AlertRaised[]> {
  const { log, codec, config } = world.edge.foundation;
  const records = await readTopic(log, topics.alertsEvents.name, config.PLUMBLINE_PARTITIONS);
  const own = records.filter(({ key }) => key?.toString() === `main/${orderNo}`);
  await learnAll(codec, own);
  return own.map(({ topic, value }) => codec.decode(topic, value).data as AlertRaised);
}

const raised = (orderNo: string) =>
  until(
    `an alert of ${orderNo}`,
    async () => {
      const found = await alertsOf(orderNo);
      return found.length === 0 ? null : found;
    },
    15_000,
  );

/** What stands in the log where the evidence says, by id and type. */
async function standsThere({ eventId, type, topic, partition, offset }: Evidence): Promise<void> {
  const { log } = world.edge.foundation;
  const reader = await log.openReader({
    from: [{ topic, partition, offset }],
    isolation: 'read_committed',
  });
  try {
    const fetched = await reader.fetch({ maxWaitMs: 1_000 });
    const headers = fetched.flatMap(({ records }) => records)[0]?.headers;
    expect([headers?.['ce_id']?.toString(), headers?.['ce_type']?.toString()]).toEqual([
      ...[eventId, type],
    ]);
  } finally {
    await reader.close();
  }
}

it('two payments that one transaction paid are rule Z, of the one that came later', async () => {
  const [first, second] = [newOrderNo(), newOrderNo()];
  const earlier = await created('MOCK', first);
  await world.control('POST', '/rules', { id: 'shared', on: 'create', what: 'same-transaction' });
  const later = await created('MOCK', second);
  await world.control('DELETE', '/rules/shared');
  const books = await Promise.all([world.book('MOCK', earlier), world.book('MOCK', later)]);
  expect(books[1]?.['transactionId']).toBe(books[0]?.['transactionId']);
  await pay('MOCK', earlier);
  const paid = async () => {
    const { json } = await world.edge.get(`/payments/${earlier}`);
    return json.data?.['status'] === 'SUCCESS' ? true : null;
  };
  await until('the first one is paid', paid, 10_000);
  await pay('MOCK', later);
  const [alert, ...more] = await raised(second);
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ rule: 'Z', orderNo: second, payNo: later });
  expect(alert?.actual).toContain(earlier);
  const types = alert?.evidence.map(({ type }) => type);
  expect(types).toContain('PaymentTransactionConflicted');
  for (const each of alert?.evidence ?? []) await standsThere(each);
  expect(await alertsOf(first)).toEqual([]);
}, 40_000);

it('a callback with another amount than was asked is rule V, and moves nothing', async () => {
  const orderNo = newOrderNo();
  const payNo = await created('LAKALA', orderNo);
  const of = { gateway: 'lakala', reference: payNo };
  const lie = { on: 'callback', what: 'garble', times: 1, params: { garble: 'amount' } };
  await world.control('POST', '/rules', { ...of, ...lie });
  // So that nothing else moves it: whoever asks hears that nobody has paid.
  await world.control('POST', '/rules', { ...of, on: 'query', what: 'stale' });
  await pay('LAKALA', payNo);
  const [alert, ...more] = await raised(orderNo);
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ rule: 'V', orderNo, payNo, amountMinor: 999n });
  expect(alert?.evidence.map(({ type }) => type)).toContain('PaymentReportMismatched');
  for (const each of alert?.evidence ?? []) await standsThere(each);
  const { json } = await world.edge.get(`/payments/${payNo}`);
  expect(json.data?.['status']).toBe('PAYING');
}, 40_000);

it('and the command line says that a replay raises the same alerts', async () => {
  const args = ['replay', '--check', '--topology', 'consistency-alerts', '--json'];
  const registry = { PLUMBLINE_REGISTRY_URL: testAddress('PLUMBLINE_TEST_REGISTRY') };
  const { code, output } = await runCommand({
    ...{ command: process.execPath, args: [cli, ...args], timeoutMs: 60_000 },
    env: { ...process.env, ...env, ...registry, PLUMBLINE_LOCAL_STACK: 'true' },
  });
  const said = output.join('\n');
  const [result] = JSON.parse(said) as readonly { readonly records: number }[];
  expect(result, said).toMatchObject({
    ...{ topic: topics.alertsEvents.name, topology: 'consistency-alerts', equal: true },
  });
  expect(result?.records).toBeGreaterThanOrEqual(2);
  expect(code, said).toBe(0);
}, 90_000);
