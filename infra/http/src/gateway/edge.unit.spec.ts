import { createCodec, createMemorySchemaIds } from '@plumbline/events';
import { createMemoryLog } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { CommandGatewayOptions } from '../index.ts';
import {
  createCommandGateway,
  defineErrorCodes,
  defineRoute,
  ok,
  outcomeToHttp,
  text,
} from '../index.ts';
import { commandsTopic, outcomesTopic, startFakeDecider } from '../testing/fake-decider.ts';
import { command } from '../testing/gateway-fixture.ts';
import { serve } from '../testing/serve.ts';

const partitions = 4;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const codes = defineErrorCodes({
  PAYMENT_PARAMETERS_DIFFER: { status: 409, description: 'The order has another payment.' },
});

/** An edge as a service builds one: HTTP, gateway, and a decider behind the log. */
async function edge(
  change: Partial<CommandGatewayOptions> & {
    readonly decide?: Parameters<typeof startFakeDecider>[0]['decide'];
    readonly delayMs?: number;
  } = {},
) {
  const { decide, delayMs, ...options } = change;
  const log = createMemoryLog({
    topics: [
      { name: commandsTopic, partitions },
      { name: outcomesTopic, partitions },
    ],
  });
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare([outcomesTopic]);
  const decider = await startFakeDecider({
    log,
    codec,
    partitions,
    ...(decide && { decide }),
    ...(delayMs !== undefined && { delayMs }),
  });
  closing.push(() => decider.stop());
  const gateway = await createCommandGateway({
    log,
    codec,
    logger: silentLogger,
    metrics: createMetrics({ service: 'edge', processMetrics: false }),
    source: '/plumbline/payments-edge',
    commandsTopic,
    outcomesTopic,
    partitions,
    waitMs: 1_000,
    ...options,
  });
  closing.push(() => gateway.close());
  const create = defineRoute({
    method: 'post',
    path: '/payments',
    summary: 'Creates a payment',
    request: { body: z.strictObject({ orderNo: text(32) }) },
    responses: { 200: { description: 'The payment' } },
    handler: async ({ body, context }) =>
      outcomeToHttp(await gateway.execute(command(`create-${body.orderNo}`, { ...context })), {
        decided: (answer) => ({ status: 200, body: ok(answer) }),
        codes,
        pending: { kind: 'retry', afterSeconds: 1 },
      }),
  });
  const { call, listening } = await serve({
    routes: [create],
    health: { outcomes: () => ({ ok: gateway.ready() }) },
  });
  closing.push(() => listening.close());
  const post = (orderNo: string) =>
    call('POST', '/payments', {
      body: JSON.stringify({ orderNo }),
      headers: { 'Content-Type': 'application/json', 'X-Correlation-Id': 'from-the-client' },
    });
  return { log, post, call };
}

it('answers with the decision, and the command carries the caller’s correlation id', async () => {
  const { post, call, log } = await edge();
  const answer = await post('A-1');
  expect(answer).toMatchObject({
    status: 200,
    body: { code: '00000', data: { status: 'INIT' } },
  });
  const [record] = log.topicRecords(commandsTopic);
  expect(record?.headers['ce_correlationid']?.toString()).toBe('from-the-client');
  expect((await call('GET', '/readyz')).status).toBe(200);
});

it('answers a rejection with the status of its code', async () => {
  const { post } = await edge({
    decide: () => ({
      status: 'REJECTED',
      code: 'PAYMENT_PARAMETERS_DIFFER',
      message: 'the amount differs',
      answer: null,
    }),
  });
  expect(await post('A-1')).toMatchObject({
    status: 409,
    body: { code: 'PAYMENT_PARAMETERS_DIFFER', message: 'the amount differs' },
  });
});

it('answers 503 with Retry-After while undecided, and the decision to a repeat', async () => {
  const { post } = await edge({ waitMs: 400, delayMs: 600 });
  const first = await post('A-1');
  expect([first.status, first.headers.get('retry-after')]).toEqual([503, '1']);
  expect(first.body).toMatchObject({ code: 'OUTCOME_PENDING' });
  // The repeat waits for either outcome of its id; on a slow machine it may take one more.
  await vi.waitFor(async () => expect(await post('A-1')).toMatchObject({ status: 200 }), 4_000);
});

it('never answers 4xx to a write whose fate is unknown', async () => {
  const { post, log } = await edge({ waitMs: 50 });
  log.failNext('edge-request-lost');
  expect(await post('A-1')).toMatchObject({ status: 503, body: { code: 'OUTCOME_UNKNOWN' } });
  log.failNext('edge-refused');
  expect(await post('A-2')).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_DOWN' } });
});
