import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { encodeEnvelope, topics } from '@plumbline/events';
import { partitionOfRecordKey } from '@plumbline/kernel';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GatewayWorld, Json } from './world/gateway-world.ts';
import { openGatewayWorld, until } from './world/gateway-world.ts';

const gateways = ['MOCK', 'PAYPAY', 'LAKALA'] as const;
type Gateway = (typeof gateways)[number];
const currencyOf = { MOCK: 'CNY', PAYPAY: 'JPY', LAKALA: 'CNY' } as const;

interface Rule {
  readonly on: string;
  readonly what: string;
  readonly times?: number;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** What a gateway does wrong, and how the payment ends all the same. */
interface Case extends Rule {
  readonly ends?: 'SUCCESS' | 'FAILED' | 'CLOSED';
}

/** Once each, of every payment that is created while the rule is on. */
const atCreation: readonly Case[] = [
  { on: 'create', what: 'time-out', times: 1 },
  { on: 'create', what: 'reset-before', times: 1 },
  { on: 'create', what: 'fail-before', times: 1 },
  { on: 'create', what: 'rate-limit', times: 1 },
  { on: 'create', what: 'hang-after', times: 1 },
  { on: 'create', what: 'reset-after', times: 1 },
  { on: 'create', what: 'fail-after', times: 1 },
  { on: 'create', what: 'late', times: 1, params: { ms: 1_000 } },
  { on: 'create', what: 'garble', times: 1, params: { garble: 'body' } },
  { on: 'create', what: 'garble', times: 1, params: { garble: 'signature' } },
  { on: 'create', what: 'close', times: 1, ends: 'CLOSED' },
];

/** For one payment each, from before it is paid. */
const later: readonly Case[] = [
  { on: 'callback', what: 'lose' },
  { on: 'callback', what: 'delay', params: { ms: 1_500 } },
  { on: 'callback', what: 'repeat', params: { copies: 10 } },
  // The true one first: of two signed words the first one moves the payment.
  { on: 'callback', what: 'contradict', times: 1, params: { ms: 800 } },
  { on: 'callback', what: 'garble', times: 1, params: { garble: 'body' } },
  { on: 'callback', what: 'garble', times: 1, params: { garble: 'signature' } },
  { on: 'callback', what: 'garble', times: 1, params: { garble: 'amount' } },
  { on: 'callback', what: 'garble', times: 1, params: { garble: 'merchant' } },
  { on: 'query', what: 'time-out', times: 1 },
  { on: 'query', what: 'fail-before', times: 2 },
  { on: 'query', what: 'stale', times: 2 },
  { on: 'query', what: 'garble', times: 1, params: { garble: 'signature' } },
];

let world: GatewayWorld;
beforeAll(async () => {
  world = await openGatewayWorld({
    PLUMBLINE_GATEWAY_QUERY_SECONDS: '5',
    PLUMBLINE_GATEWAY_CALL_SECONDS: '2',
  });
}, 60_000);
afterAll(() => world.close());

const control: GatewayWorld['control'] = (...command) => world.control(...command);
const book: GatewayWorld['book'] = (...of) => world.book(...of);

async function create(channel: Gateway): Promise<string> {
  const orderNo = `G${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  const currency = currencyOf[channel];
  const { status, json } = await world.edge.post('/payments', {
    orderNo,
    amount: 999,
    channel,
    currency,
  });
  expect(status, JSON.stringify(json)).toBe(200);
  return String(json.data?.['payNo']);
}

const payment = async (payNo: string): Promise<Json> =>
  (await world.edge.get(`/payments/${payNo}`)).json.data ?? {};

/** Pays as soon as the gateway has it, and waits for the end; the status that contract 1 shows. */
async function payAndSee(gateway: Gateway, payNo: string, name: string): Promise<string> {
  const ended = async () => {
    const { status } = await payment(payNo);
    return typeof status !== 'string' || status === 'INIT' || status === 'PAYING' ? null : status;
  };
  await until(
    `${name}: the gateway has it`,
    async () => ((await book(gateway, payNo)) === null ? null : true),
    60_000,
  );
  const { status } = (await book(gateway, payNo)) ?? {};
  if (status === 'PENDING')
    await control('POST', `/payments/${gateway.toLowerCase()}/${payNo}/pay`, {});
  return until(`${name}: the payment ends`, ended, 60_000).catch(async (error: unknown) => {
    const { json } = await world.edge.get(`/payments/${payNo}/audit`);
    throw new Error(`${String(error)}: ${JSON.stringify(json.data)}`);
  });
}

/** What goes wrong is the first call, which comes when the worker gets to it. */
const asked = (gateway: Gateway, reference: string): Promise<true> =>
  until(
    `${gateway} ${reference}: the gateway is asked to create it`,
    async () => {
      const of = `on=create&gateway=${gateway.toLowerCase()}&reference=${reference}`;
      const { items } = await control('GET', `/calls?${of}`);
      return (items as readonly Json[]).length > 0 ? true : null;
    },
    60_000,
  );

const nameOf = (gateway: Gateway, { on, what, params }: Case): string =>
  `${gateway} ${on} ${what} ${JSON.stringify(params ?? {})}`;

const ruleOf = ({ on, what, times, params }: Case): Rule => ({
  ...{ on, what },
  ...(times === undefined ? {} : { times }),
  ...(params === undefined ? {} : { params }),
});

interface Result {
  readonly gateway: Gateway;
  readonly each: Case;
  readonly status: string;
  readonly booked: string;
  /** What the gateway was asked and said, in order. */
  readonly steps: readonly string[];
}

async function stepsOf(payNo: string): Promise<readonly string[]> {
  const { json } = await world.edge.get(`/payments/${payNo}/audit`);
  const calls = (json.data?.['calls'] ?? []) as readonly Readonly<Record<string, string | null>>[];
  const steps = calls.map(({ action, queryResult, code }) => {
    const why = code === null || code === undefined ? '' : ` (${code})`;
    return `${action ?? ''} ${queryResult ?? ''}${why}`;
  });
  // Newest first as it is read; and how often nobody had paid yet is chance.
  return steps.reverse().filter((step, at, every) => step !== every[at - 1]);
}

const pageUrl = new URL('../../../docs/gateway-misbehaviour.md', import.meta.url);

/** What came of each misbehaviour at each gateway, for docs/. */
async function writePage(results: readonly Result[]): Promise<void> {
  const cell = ({ status, steps }: Result): string => [...steps, `**${status}**`].join(', ');
  const rows = [...new Set(results.map(({ each }) => each))].map((each) => {
    const cells = results.filter((result) => result.each === each).map(cell);
    const { on, what, params } = each;
    const how = params === undefined ? '' : ` ${JSON.stringify(params)}`;
    return `| on ${on}: \`${what}\`${how} | ${cells.join(' | ')} |`;
  });
  const head = `| the simulator does | ${gateways.join(' | ')} |`;
  const line = `|---|${gateways.map(() => '---').join('|')}|`;
  await writeFile(pageUrl, `${pageIntroduction}\n${[head, line, ...rows].join('\n')}\n`);
}

const pageIntroduction = `# What gateways do wrong, and what comes of it

Written by a run of [the test](../infra/integrity/src/payments-at-a-gateway-that-misbehaves.int.spec.ts), in which every payment must end as the [simulator](gateway-simulator.md) has it in its books: \`PLUMBLINE_WRITE_DOCS=true npm test -- --only int infra/integrity/src/payments-at-a-gateway-that-misbehaves.int.spec.ts\`. Each cell has what the gateway was asked and what it said, equal ones in a row once, and how the payment ended; a payment that a callback ended was asked about no more. Calls have 2 s, and what nobody has paid is asked about every 5 s.
`;

const bookedAs = { SUCCESS: 'SUCCESS', FAILED: 'FAILED', CLOSED: 'CLOSED' } as const;

it('payments end as the gateway has them in its books, whatever it does wrong', async () => {
  const results: Promise<Result>[] = [];
  const follow = (gateway: Gateway, payNo: string, each: Case): void => {
    const name = nameOf(gateway, each);
    const see = async () => {
      const status = await payAndSee(gateway, payNo, name);
      const booked = String((await book(gateway, payNo))?.['status']);
      return { gateway, each, status, booked, steps: await stepsOf(payNo) };
    };
    results.push(see());
  };
  for (const each of atCreation) {
    await control('POST', '/rules', { id: 'creation', ...ruleOf(each) });
    const created = await Promise.all(gateways.map(create));
    await Promise.all(gateways.map((gateway, at) => asked(gateway, created[at] ?? '')));
    await control('DELETE', '/rules/creation');
    for (const [at, gateway] of gateways.entries()) follow(gateway, created[at] ?? '', each);
  }
  for (const each of later) {
    for (const gateway of gateways) {
      const reference = await create(gateway);
      const of = { gateway: gateway.toLowerCase(), reference };
      await control('POST', '/rules', { ...of, ...ruleOf(each) });
      follow(gateway, reference, each);
    }
  }
  const seen = await Promise.all(results);
  if (process.env['PLUMBLINE_WRITE_DOCS'] === 'true') await writePage(seen);
  const expected = [...atCreation, ...later].flatMap((each) =>
    gateways.map((gateway) => {
      const ends = each.ends ?? 'SUCCESS';
      return [nameOf(gateway, each), ends, bookedAs[ends]] as const;
    }),
  );
  const ends = seen.map(({ gateway, each, status, booked }) => [
    nameOf(gateway, each),
    status,
    booked,
  ]);
  expect(ends).toEqual(expected);
}, 180_000);

it('refunds end as the gateway has them in its books', async () => {
  const cases: readonly (Rule & { readonly ends: Readonly<Record<Gateway, string>> })[] = [
    { on: 'refund', what: 'reset-after', times: 1, ends: all('succeeded') },
    { on: 'refund', what: 'late', params: { ms: 500 }, ends: all('succeeded') },
    { on: 'refund', what: 'refund-slow', params: { ms: 1_000 }, ends: all('succeeded') },
    { on: 'refund', what: 'refund-fails', params: { ms: 500 }, ends: all('failed') },
    { on: 'query-refund', what: 'fail-before', times: 1, ends: all('succeeded') },
  ];
  const { log, codec } = world.edge.foundation;
  const producer = await log.openEdgeProducer();
  const seen = cases.flatMap((each) =>
    gateways.map(async (gateway) => {
      const payNo = await create(gateway);
      await payAndSee(gateway, payNo, `${gateway} to be refunded`);
      const { ends, ...rule } = each;
      await control('POST', '/rules', {
        gateway: gateway.toLowerCase(),
        reference: payNo,
        ...rule,
      });
      const refundId = randomUUID();
      const topic = topics.paymentsCommands.name;
      const currency = currencyOf[gateway];
      const amountMinor = currency === 'JPY' ? 400n : 40_000n;
      const data = { payNo, refundId, amountMinor, currency, reason: null };
      await producer.send({
        topic,
        partition: partitionOfRecordKey(payNo, world.edge.foundation.config.PLUMBLINE_PARTITIONS),
        key: Buffer.from(payNo),
        value: codec.encode(topic, { type: 'RefundPayment', data }),
        headers: encodeEnvelope({
          ...{ id: refundId, type: 'RefundPayment', source: '/test', subject: payNo, timeMs: 0 },
          ...{ correlationId: refundId, causationId: null, actor: 'api:test' },
          ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
        }),
      });
      const name = `${gateway} ${each.on} ${each.what}`;
      const status = await until(
        name,
        async () => {
          const { json } = await world.edge.get(`/payments/${payNo}/refunds`);
          const [found] = (json.data?.['refunds'] ?? []) as readonly Json[];
          const now = found?.['status'];
          return now === 'succeeded' || now === 'failed' ? now : null;
        },
        60_000,
      );
      const back = String((await book(gateway, payNo))?.['refundedMinor']);
      const expected = ends[gateway] === 'succeeded' ? amountMinor.toString() : '0';
      return { name, status, back, of: ends[gateway], expected };
    }),
  );
  const done = await Promise.all(seen);
  await producer.close();
  for (const { name, status, back, of, expected } of done) {
    expect([name, status, back]).toEqual([name, of, expected]);
  }
}, 120_000);

const all = (status: string): Readonly<Record<Gateway, string>> => ({
  ...{ MOCK: status, PAYPAY: status, LAKALA: status },
});
