import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PaymentsEvent } from '@plumbline/events';
import { allTopics, createCodec, createMemorySchemaIds, topics } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import { createMemoryLog, systemClock } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { payNo, slotOf } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { runTopology } from '@plumbline/runtime';
import { afterEach, describe, expect, it } from 'vitest';
import { refusedForNow } from '../gateways/answers.ts';
import type { GatewayConnection } from '../gateways/call-gateway.ts';
import type { CallContext, CreateCall, GatewayCalls } from '../gateways/gateway-calls.ts';
import { httpGateway } from '../gateways/http-gateway.ts';
import { createMockAdapter } from '../gateways/mock/mock-adapter.ts';
import { policy } from '../testing/led-payments.ts';
import { paymentsTopology } from '../topology.ts';
import type { AnyAnswer } from './answer-record.ts';
import type { CallWorkerOptions } from './call-worker.ts';
import { openCallWorker } from './call-worker.ts';
import { gatewayCallsTopology } from './waiting-calls.ts';

const partitions = 2;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const adapter = createMockAdapter({ secret: 'a secret', callbackMaxAgeMs: null });
type Kind = 'create' | 'query' | 'close' | 'refund' | 'queryRefund';
const kindOf = (exchange: unknown): Kind => {
  const kinds: readonly Kind[] = ['create', 'query', 'close', 'refund', 'queryRefund'];
  const found = kinds.find((kind) => adapter[kind] === exchange);
  if (found === undefined) throw new Error('no exchange of the adapter');
  return found;
};

/** Payments, waiting calls and their workers on a log in memory; the gateway is a function. */
async function world(answer: (kind: Kind, input: object) => AnyAnswer | Promise<AnyAnswer>) {
  const log = createMemoryLog({
    topics: allTopics.map(({ name, partitions: count }) => ({
      name,
      partitions: count === 'shared' ? partitions : count,
    })),
  });
  const codec = createCodec(createMemorySchemaIds());
  const logger = silentLogger;
  const metrics = createMetrics({ service: 'payments', processMetrics: false });
  const shared = { log, codec, logger, metrics, partitions };
  const calls: { readonly kind: Kind; readonly input: object }[] = [];
  const connection: Pick<GatewayConnection, 'call'> = {
    call: async (exchange, input) => {
      const call = { kind: kindOf(exchange), input: input as object };
      calls.push(call);
      // The function answers each exchange with what belongs to it.
      return (await answer(call.kind, call.input)) as never;
    },
  };
  const payments = await runTopology({ ...shared, topology: paymentsTopology });
  closing.push(() => payments.close());
  const gateway = await createCommandGateway({
    ...shared,
    source: '/plumbline/test',
    commandsTopic: topics.paymentsCommands.name,
    outcomesTopic: topics.paymentsOutcomes.name,
  });
  closing.push(() => gateway.close());

  async function startWorker(over: Partial<CallWorkerOptions> = {}) {
    const notifyUrl = 'http://here/mock';
    const mock = httpGateway({ adapter, connection, notifyUrl, deadlineMs: 1_000 });
    const worker = openCallWorker({
      ...{ gateways: { MOCK: mock }, commands: gateway, clock: systemClock, logger, metrics },
      ...{ workerId: randomUUID(), newNonce: () => randomBytes(16).toString('hex') },
      wallClockMs: () => Date.now(),
      decrypt: (text) => Promise.resolve(text),
      ...over,
    });
    const { following } = worker;
    const running = await runTopology({ ...shared, topology: gatewayCallsTopology, following });
    const stop = async () => {
      await running.close();
      await worker.close();
    };
    closing.push(stop);
    return { stop, following };
  }

  const execute = (key: string, subject: string, payload: Payload) =>
    gateway.execute({
      ...{ key, subject, payload, id: randomUUID(), correlationId: 'c', actor: 'api:test' },
    });
  const create = async (orderNo: string, over: object = {}): Promise<string> => {
    const key = `main/${orderNo}`;
    const number = payNo({ atMs: 1, slot: slotOf(key), random: calls.length });
    const facts = { payNo: number, orderNo, tenant: 'main', amountMinor: 100n, currency: 'CNY' };
    const data = { ...facts, channel: 'MOCK', lifetimeMs: 60_000, gateway: policy, ...over };
    await execute(key, number, { type: 'CreatePayment', data });
    return number;
  };
  const events = () =>
    log
      .topicRecords(topics.paymentsEvents.name)
      .map(({ topic, value }) => codec.decode(topic, value) as unknown as PaymentsEvent);
  const types = () => events().map(({ type }) => type);
  return { log, calls, startWorker, create, execute, events, types };
}

async function until(what: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${String(what)}`);
    await sleep(5);
  }
}

const accepted: AnyAnswer = {
  ...{ kind: 'accepted', gatewayTransactionId: 'G-1', payUrl: 'https://pay/1', handle: null },
};
const lost: AnyAnswer = { kind: 'unknown', code: 'CONNECTION_LOST', message: 'reset' };
const away: AnyAnswer = {
  ...{ kind: 'not-sent', code: 'NOT_CONNECTED', message: 'refused', temporary: true },
};

describe('a worker', () => {
  it('asks leave, sends the creation, and reports what the gateway said', async () => {
    const { startWorker, create, calls, types, events } = await world(() => accepted);
    await startWorker();
    const number = await create('O-1');
    await until(() => types().includes('PaymentProcessing'));
    expect(types()).toEqual([
      ...['PaymentCreated', 'GatewayCallRequested', 'GatewayCallStarted', 'GatewayCallReported'],
      'PaymentProcessing',
    ]);
    expect(calls).toMatchObject([
      {
        kind: 'create',
        input: { reference: number, amountMinor: 100n, notifyUrl: 'http://here/mock' },
      },
    ]);
    expect(events()[4]).toMatchObject({ data: { payUrl: 'https://pay/1' } });
  });

  it('takes up what waited while no worker was there', async () => {
    const { startWorker, create, calls, types } = await world(() => accepted);
    await create('O-1');
    await create('O-2');
    await startWorker();
    await until(() => types().filter((type) => type === 'PaymentProcessing').length === 2);
    expect(calls).toHaveLength(2);
  });

  it('is the only one to send a call, however many see it', async () => {
    const { startWorker, create, calls, types } = await world(() => accepted);
    const one = await startWorker();
    await startWorker();
    for (let i = 0; i < 20; i += 1) await create(`O-${i}`);
    await one.stop();
    await until(() => types().filter((type) => type === 'PaymentProcessing').length === 20);
    expect(calls).toHaveLength(20);
    const references = calls.map(({ input }) => (input as { reference: string }).reference);
    expect(new Set(references).size).toBe(20);
  });

  it('does not send again what another worker began and did not report', async () => {
    let answers: (answer: AnyAnswer) => void = () => undefined;
    const never = new Promise<AnyAnswer>((resolve) => (answers = resolve));
    const { startWorker, create, calls, types } = await world(() => never);
    await startWorker();
    await create('O-1');
    await until(() => calls.length === 1);
    await startWorker();
    await sleep(300);
    expect(calls).toHaveLength(1);
    answers(accepted);
    await until(() => types().includes('PaymentProcessing'));
  });

  it('sends a call once, although it lost the task and got it again meanwhile', async () => {
    let answers: (answer: AnyAnswer) => void = () => undefined;
    const slow = new Promise<AnyAnswer>((resolve) => (answers = resolve));
    const { startWorker, create, calls, types, events } = await world(() => slow);
    const { following } = await startWorker();
    const number = await create('O-1');
    await until(() => calls.length === 1);
    const request = events().find(({ type }) => type === 'GatewayCallRequested')?.data;
    // The task as it is restored, from before the start of the call was folded.
    const again = following.open(
      { topology: 'gateway-calls', partition: 0, partitions },
      { range: () => [], tell: () => Promise.reject(new Error('it tells nothing')) },
    );
    const waiting = { key: 'main/O-1', correlationId: 'c', traceparent: null, request };
    again.changed(number, { ...waiting, startedBy: null });
    await sleep(200);
    expect(calls).toHaveLength(1);
    answers(accepted);
    await until(() => types().includes('PaymentProcessing'));
    again.changed(number, { ...waiting, startedBy: null });
    again.changed('another line', { ...waiting, startedBy: null });
    await sleep(200);
    expect(calls).toHaveLength(1);
    again.close();
  });

  it('asks about what was lost on its way, and learns that it is paid', async () => {
    const paid: AnyAnswer = {
      ...{ kind: 'paid', gatewayTransactionId: 'G-1', amountMinor: 100n, currency: 'CNY' },
      ...{ paidAtMs: 5, refundedMinor: 0n },
    };
    const { startWorker, create, types } = await world((kind) => (kind === 'create' ? lost : paid));
    await startWorker();
    await create('O-1');
    await until(() => types().includes('PaymentUnknown'));
    await until(() => types().includes('PaymentSucceeded'));
  });

  it('gives back what was paid when it is asked to', async () => {
    const paid: AnyAnswer = {
      ...{ kind: 'paid', gatewayTransactionId: 'G-1', amountMinor: 100n, currency: 'CNY' },
      ...{ paidAtMs: 5, refundedMinor: 0n },
    };
    const refunded: AnyAnswer = { kind: 'refunded', gatewayRefundId: 'R-1' };
    const { startWorker, create, execute, types, calls } = await world((kind) =>
      kind === 'create' ? lost : kind === 'query' ? paid : refunded,
    );
    await startWorker();
    const number = await create('O-1');
    await until(() => types().includes('PaymentSucceeded'));
    const refundId = '00000000-0000-8000-8000-000000000001';
    const data = { payNo: number, refundId, amountMinor: 40n, currency: 'CNY', reason: null };
    await execute('main/O-1', number, { type: 'RefundPayment', data });
    await until(() => types().includes('RefundSucceeded'));
    expect(calls.at(-1)).toMatchObject({
      kind: 'refund',
      input: { amountMinor: 40n, paymentAmountMinor: 100n, gatewayTransactionId: 'G-1' },
    });
  });

  it('leaves a gateway alone after failures in a row, and then tries it with one call', async () => {
    let isAway = true;
    const { startWorker, create, calls, types } = await world(() => (isAway ? away : accepted));
    await startWorker();
    for (let i = 0; i < 5; i += 1) await create(`O-${i}`);
    await until(() => types().filter((type) => type === 'GatewayCallReported').length === 5);
    const tried = calls.length;
    await create('O-late');
    await sleep(300);
    expect(calls).toHaveLength(tried);
    isAway = false;
    await until(() => types().includes('PaymentProcessing'), 15_000);
  }, 20_000);

  it('asks a gateway that is reached otherwise, and tells it what the call is about', async () => {
    const { startWorker, create, types } = await world(() => accepted);
    const asked: [CreateCall, CallContext][] = [];
    const none = () => Promise.reject(new Error('nothing else is asked'));
    const calls: GatewayCalls = {
      create(input, context) {
        asked.push([input, context]);
        // What it says of itself is its own: these refusals do not show that it is away.
        if (asked.length < 8) return Promise.resolve(refusedForNow('ACCOUNT_PAUSED', 'later'));
        const at = { gatewayTransactionId: null, payUrl: null, handle: '1000.1.2' };
        return Promise.resolve({ kind: 'accepted', ...at });
      },
      ...{ query: none, close: none, refund: none, queryRefund: none },
    };
    const PERSONAL = { calls, deadlineMs: 1_000, wasThere: () => true };
    await startWorker({ gateways: { PERSONAL } });
    const terms = { channel: 'PERSONAL', gateway: { ...policy, account: '1000.1' } };
    const numbers: string[] = [];
    for (let i = 0; i < 8; i += 1) numbers.push(await create(`O-${i}`, terms));
    await until(() => types().includes('PaymentProcessing'));
    const first = asked.slice(0, 8);
    expect(new Set(first.map(([, { callId }]) => callId)).size).toBe(8);
    for (const [input, context] of first) {
      const at = numbers.indexOf(input.reference);
      expect(input).toMatchObject({ amountMinor: 100n, currency: 'CNY' });
      expect(input).not.toHaveProperty('notifyUrl');
      expect(context).toMatchObject({
        ...{ account: '1000.1', orderNo: `O-${at}`, payNo: numbers[at], correlationId: 'c' },
      });
    }
  });

  it('survives a gateway for which it cannot make a call, and says so', async () => {
    const { startWorker, create, types } = await world(() =>
      Promise.reject(new Error('a defect of the adapter')),
    );
    await startWorker();
    await create('O-1');
    await until(() => types().includes('GatewayCallStarted'));
    await sleep(50);
    expect(types()).not.toContain('GatewayCallReported');
  });

  it('leaves calls of a channel that it has no gateway for to those who have', async () => {
    const { startWorker, create, calls, types } = await world(() => accepted);
    await startWorker({ gateways: {} });
    await create('O-1');
    await sleep(100);
    expect(calls).toEqual([]);
    expect(types()).toEqual(['PaymentCreated', 'GatewayCallRequested']);
  });
});
