import { randomUUID } from 'node:crypto';
import { topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { systemClock } from '@plumbline/kafka';
import { payNo as payNoOf, routingKey, slotOf } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import type { LingeringPayments, MakeUpScan } from '@plumbline/payments';
import {
  callbackIdOf,
  createLingeringPayments,
  createOperatorQueries,
  openMakeUpScan,
} from '@plumbline/payments';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres } from '@plumbline/postgres';
import { testAddress } from '@plumbline/runtime/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayWorld, Json } from './world/gateway-world.ts';
import { openGatewayWorld, until } from './world/gateway-world.ts';

/** So long without a word, and a payment lingers: contract 1 has five minutes. */
const thresholdMs = 1_000;

let world: GatewayWorld;
let postgres: Postgres;
let commands: CommandGateway;
beforeAll(async () => {
  // No callback comes, and the timers of a payment leave it alone for an hour.
  world = await openGatewayWorld({ PLUMBLINE_GATEWAY_QUERY_SECONDS: '3600' });
  await world.control('POST', '/rules', { on: 'callback', what: 'lose' });
  postgres = openPostgres({ url: testAddress('PLUMBLINE_TEST_POSTGRES'), logger: silentLogger });
  const { log, codec, config } = world.edge.foundation;
  commands = await createCommandGateway({
    ...{ log, codec, logger: silentLogger, partitions: config.PLUMBLINE_PARTITIONS },
    ...{ source: '/test', metrics: createMetrics({ service: 'test', processMetrics: false }) },
    commandsTopic: topics.paymentsCommands.name,
    outcomesTopic: topics.paymentsOutcomes.name,
  });
}, 60_000);
afterAll(async () => {
  await commands.close();
  await postgres.close();
  await world.close();
});

const newOrderNo = (): string => `L${randomUUID().replaceAll('-', '').slice(0, 20)}`;

async function created(channel: 'MOCK' | 'ALIPAY', orderNo = newOrderNo()): Promise<string> {
  const { status, json } = await world.edge.post('/payments', { orderNo, amount: 9.99, channel });
  expect(status, JSON.stringify(json)).toBe(200);
  return String(json.data?.['payNo']);
}

const payment = async (payNo: string): Promise<Json> =>
  (await world.edge.get(`/payments/${payNo}`)).json.data ?? {};

const isNow = (payNo: string, status: string) => async () =>
  (await payment(payNo))['status'] === status ? true : null;

function scanOf(lingering: LingeringPayments): MakeUpScan {
  return openMakeUpScan({
    ...{ lingering, commands, channels: ['MOCK'], thresholdMs, batch: 1_000, everyMs: 3_600_000 },
    ...{ clock: systemClock, wallClockMs: Date.now, logger: silentLogger },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
  });
}

const numbersOf = (lingering: LingeringPayments, silentSinceMs: number) =>
  lingering.whileAlone({ channels: ['MOCK'], silentSinceMs, atMost: 1_000 }, (payNos) =>
    Promise.resolve(payNos),
  );

describe('a payment whose callbacks are lost and whose timers do not ask', () => {
  it('is asked about by the scan, ends as the gateway has it, and the audit says why', async () => {
    const payNo = await created('MOCK');
    await until('the gateway has it', isNow(payNo, 'PAYING'), 10_000);
    await world.control('POST', `/payments/mock/${payNo}/pay`, {});
    const lingering = createLingeringPayments(postgres);
    expect(await numbersOf(lingering, Date.now() - 60_000)).not.toContain(payNo);
    const isSilent = async () => (await numbersOf(lingering, Date.now() - thresholdMs)) ?? [];
    await until(
      'it lingers',
      async () => ((await isSilent()).includes(payNo) ? true : null),
      5_000,
    );
    expect((await payment(payNo))['status']).toBe('PAYING');
    const scan = scanOf(lingering);
    const scanned = await scan.scan();
    expect(scanned).toMatchObject({ result: 'done' });
    expect(scanned.result === 'done' && scanned.asked).toBeGreaterThanOrEqual(1);
    await until('it is paid', isNow(payNo, 'SUCCESS'), 10_000);
    const { calls, payment: facts } = await createOperatorQueries(postgres).file(payNo);
    // Newest first.
    expect(calls.map(({ action, queryResult }) => `${action} ${queryResult}`)).toEqual([
      ...['NOTIFY PAID', 'QUERY PAID', 'CREATE ACCEPTED'],
    ]);
    expect(facts).toMatchObject({ status: 'SUCCESS', atGateway: true, tenant: 'main' });
    expect(await isSilent()).not.toContain(payNo);
    await scan.close();
  }, 40_000);

  it('is left to one process at a time, and one that people serve is left to them', async () => {
    const byHand = await created('ALIPAY');
    const lingering = createLingeringPayments(postgres);
    const everything = {
      channels: ['MOCK', 'ALIPAY'],
      silentSinceMs: Date.now() + 60_000,
    } as const;
    const seen = await lingering.whileAlone({ ...everything, atMost: 1_000 }, async (payNos) => {
      const scan = scanOf(createLingeringPayments(postgres));
      expect(await scan.scan()).toEqual({ result: 'elsewhere' });
      await scan.close();
      return payNos;
    });
    expect(seen).not.toBeNull();
    expect(seen).not.toContain(byHand);
  });

  it('waits for Postgres to come back, in silence', async () => {
    const url = 'postgres://nobody:nothing@127.0.0.1:1/nowhere';
    const away = openPostgres({ url, logger: silentLogger });
    const scan = scanOf(createLingeringPayments(away));
    expect(await scan.scan()).toEqual({ result: 'away' });
    await scan.close();
    await away.close();
  });
});

it('a callback that came before its payment pays it, and is listed with what became of it', async () => {
  const orderNo = newOrderNo();
  const key = routingKey('main', orderNo);
  const payNo = payNoOf({ atMs: Date.now(), slot: slotOf(key), random: 1 });
  const execute = (at: string, type: string, data: object) => {
    const id = randomUUID();
    const ids = { id, correlationId: id, actor: 'api:test' };
    return commands.execute({ ...ids, key: at, subject: payNo, payload: { type, data } });
  };
  const signed = { payNo, timestamp: '1', nonce: 'n' };
  const callback = { ...signed, callbackId: callbackIdOf(signed), callbackStatus: 'SUCCESS' };
  const rest = { channelTradeNo: 'MOCK_1', rawPayload: 'enc:v1:test:e30' };
  await execute(payNo, 'ReportMockCallback', { ...callback, ...rest });
  const queries = createOperatorQueries(postgres);
  const state = async () => {
    const all = await queries.earlyCallbacks(Date.now());
    return all.filter((each) => each.payNo === payNo).map((each) => each.state);
  };
  await expect.poll(state, { timeout: 5_000 }).toEqual(['waiting']);
  const asked = { payNo, orderNo, tenant: 'main', amountMinor: 999n, currency: 'CNY' };
  const how = { channel: 'MOCK', lifetimeMs: 60_000, gateway: null, merchant: null };
  await execute(key, 'CreatePayment', { ...asked, ...how });
  await until('it is paid', isNow(payNo, 'SUCCESS'), 10_000);
  expect(await state()).toEqual(['taken']);
  const { callbacks } = await queries.file(payNo);
  expect(callbacks.map(({ processResult, code }) => [processResult, code]).sort()).toEqual([
    ['FAILED', 'PAYMENT_NOT_FOUND'],
    ['PROCESSED', null],
  ]);
}, 30_000);
