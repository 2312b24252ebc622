import { randomUUID } from 'node:crypto';
import type { CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import type { Payload } from '@plumbline/kernel';
import { payNo as payNoOf, slotOf } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { paymentsTopology } from '@plumbline/payments';
import { runTopology } from '@plumbline/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { MemorySession } from '../testing/memory-session.ts';
import { createMemorySession } from '../testing/memory-session.ts';
import { closePayment, queryPayment, refundPayment } from './payment.ts';

const key = 'main/P-1';
const payNo = payNoOf({ atMs: 1, slot: slotOf(key), random: 1 });
const reason = 'a test';
const closing: (() => Promise<void>)[] = [];

let session: MemorySession;
let execute: (payload: Payload) => Promise<CommandOutcome>;

beforeEach(async () => {
  session = createMemorySession();
  const shared = {
    ...{ log: session.memory, codec: session.memoryCodec, logger: silentLogger },
    partitions: session.config.PLUMBLINE_PARTITIONS,
  };
  const running = await runTopology({ ...shared, topology: paymentsTopology });
  const gateway = await createCommandGateway({
    ...{ ...shared, source: '/test', metrics: createMetrics({ service: 'test' }) },
    commandsTopic: topics.paymentsCommands.name,
    outcomesTopic: topics.paymentsOutcomes.name,
  });
  closing.push(
    () => running.close(),
    () => gateway.close(),
  );
  execute = async (payload) => {
    const ids = { id: randomUUID(), correlationId: 'c', actor: 'api:test' };
    const executed = await gateway.execute({ ...ids, key, subject: payNo, payload });
    if (executed.kind === 'pending') throw new Error('nobody decided');
    return executed.outcome;
  };
  const policy = { attemptsMax: 1, queryIntervalMs: 30_000, refundLateSuccess: true };
  const data = { payNo, orderNo: 'P-1', tenant: 'main', amountMinor: 1_250n, currency: 'CNY' };
  const led = { ...policy, subject: null, returnUrl: null };
  await execute({
    type: 'CreatePayment',
    data: { ...data, channel: 'MOCK', lifetimeMs: 60_000, gateway: led },
  });
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const pay = () =>
  execute({
    type: 'ReportMockCallback',
    data: {
      ...{ payNo, callbackId: 'c1', callbackStatus: 'SUCCESS', channelTradeNo: 'G-1' },
      ...{ timestamp: '1', nonce: 'n', rawPayload: 'enc:v1:test:e30' },
    },
  });

it('closes a payment of which no gateway has heard, and says where it stands', async () => {
  expect(await closePayment(session, payNo, { reason })).toBe(0);
  expect(session.out.stdout()).toContain(`${payNo} of P-1: PaymentClosed; it is CLOSED`);
  const again = session.again();
  expect(await closePayment(again, payNo, { reason })).toBe(0);
  expect(again.out.stdout()).toContain('nothing to do');
});

it('refunds a part, once under one id, and never more than was paid', async () => {
  await pay();
  const id = randomUUID();
  const part = { amount: '10.00', currency: 'CNY', reason, id };
  expect(await refundPayment(session, payNo, part)).toBe(0);
  expect(session.out.stdout()).toContain('RefundRequested, GatewayCallRequested');
  expect(session.out.stderr()).toContain(id);
  const again = session.again();
  await refundPayment(again, payNo, part);
  expect(again.out.stdout()).toContain('nothing to do');
  const tooMuch = { amount: '2.51', currency: 'CNY', reason };
  await expect(refundPayment(session.again(), payNo, tooMuch)).rejects.toThrow(
    'REFUND_EXCEEDS_CAPTURED',
  );
});

it('refunds a second transaction by a command of its own, which the mock gateway cannot do', async () => {
  await pay();
  const asked = { amount: '12.50', currency: 'CNY', reason, second: true };
  await expect(refundPayment(session, payNo, asked)).rejects.toThrow('SECOND_NOT_REFUNDABLE');
});

it('says what is wrong with what it was given, and writes nothing', async () => {
  const before = session.memory.topicRecords(topics.paymentsCommands.name).length;
  const refund = (over: object) =>
    refundPayment(session.again(), payNo, { amount: '1', currency: 'CNY', reason, ...over });
  await expect(refund({ amount: '1.001' })).rejects.toThrow('more exact than the currency');
  await expect(refund({ amount: 'much' })).rejects.toThrow('no amount');
  await expect(refund({ currency: 'yuan' })).rejects.toThrow('no currency');
  await expect(refund({ reason: ' ' })).rejects.toThrow('--reason');
  await expect(queryPayment(session.again(), 'PAY1', { reason })).rejects.toThrow('27 digits');
  expect(session.memory.topicRecords(topics.paymentsCommands.name)).toHaveLength(before);
});

it('asks the gateway once it has been asked for something at all', async () => {
  expect(await queryPayment(session, payNo, { reason, json: true })).toBe(0);
  expect(JSON.parse(session.out.stdout())).toMatchObject({ status: 'UNCHANGED' });
});
