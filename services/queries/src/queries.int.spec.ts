import { encodeEnvelope, topics } from '@plumbline/events';
import { rebuildAndCompare } from '@plumbline/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projections } from './projections/projections.ts';
import { createTestLog, foldedBy, openTestQueries } from './testing/open-test-queries.ts';
import type { TestWorld } from './testing/open-test-world.ts';
import { openTestWorld } from './testing/open-test-world.ts';
import { t0, tellTheStory } from './testing/story.ts';

const orders = topics.ordersEvents.name;
const payments = topics.paymentsEvents.name;
const alerts = topics.alertsEvents.name;

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld(tellTheStory);
});
afterAll(() => world.close());

const data = <T>(path: string, headers?: Readonly<Record<string, string>>): Promise<T> =>
  world.data(path, headers);

interface AlertPage {
  readonly alerts: readonly { readonly alertId: string }[];
  readonly nextCursor: string | null;
}

interface AlertLife {
  readonly history: readonly { readonly offset: string }[];
}

const alertIds = async (path: string): Promise<readonly string[]> =>
  (await data<AlertPage>(path)).alerts.map(({ alertId }) => alertId);

test('alerts are filtered, newest first', async () => {
  expect(await alertIds('/alerts')).toEqual([
    'alert-usd',
    'alert-o5',
    'alert-o4',
    'alert-o3',
    'alert-o1',
    'alert-o7',
    'alert-o6',
  ]);
  expect(await alertIds('/alerts?status=OPEN&rule=C')).toEqual(['alert-usd']);
  expect(await alertIds('/alerts?status=OPEN&rule=A')).toEqual([]);
  expect(await alertIds('/alerts?status=INVESTIGATING')).toEqual(['alert-o3']);
  expect(await alertIds('/alerts?status=WRITTEN_OFF')).toEqual(['alert-o6']);
  expect(await alertIds('/alerts?status=SUPPRESSED&rule=V')).toEqual(['alert-o7']);
  expect(await alertIds('/alerts?standing=true')).toEqual(['alert-usd', 'alert-o4', 'alert-o3']);
  expect(await alertIds('/alerts?standing=false&rule=A')).toEqual(['alert-o5', 'alert-o1']);
  expect(await alertIds('/alerts?status=ACKNOWLEDGED')).toEqual(['alert-o4']);
  expect(await alertIds('/alerts?severity=CRITICAL')).toEqual(['alert-usd']);
  expect(await alertIds('/alerts?orderNo=o4')).toEqual(['alert-o4']);
  const from = new Date(t0 + 60_004).toISOString();
  const to = new Date(t0 + 60_005).toISOString();
  expect(await alertIds(`/alerts?since=${from}&until=${to}`)).toEqual(['alert-o4']);
  expect(await alertIds('/alerts?status=SUPERSEDED')).toEqual(['alert-o5']);
});

test('alerts are found by the money at stake, of one currency, and by what is said of them', async () => {
  expect(await alertIds('/alerts?currency=USD')).toEqual(['alert-usd']);
  expect(await alertIds('/alerts?minAmount=3.00&maxAmount=4')).toEqual(['alert-o4', 'alert-o3']);
  expect(await alertIds('/alerts?currency=USD&minAmount=90000000000000')).toEqual(['alert-usd']);
  expect(await alertIds('/alerts?currency=USD&minAmount=90000000000000.01')).toEqual([]);
  expect(await alertIds('/alerts?currency=XYZ&maxAmount=99')).toEqual([]);
  expect(await alertIds('/alerts?text=pay-O4')).toEqual(['alert-o4']);
  expect(await alertIds('/alerts?text=NOT%20shown&rule=C')).toEqual(['alert-usd']);
  for (const wild of ['%25', 'paid_%20not', '%5C'])
    expect(await alertIds(`/alerts?text=${wild}`)).toEqual([]);
  const page = await data<AlertPage>('/alerts?text=shown&limit=2');
  const next = await alertIds(`/alerts?text=shown&limit=9&cursor=${String(page.nextCursor)}`);
  expect([page.alerts.length, next.length]).toEqual([2, 5]);
});

test('an alert that was written off or suppressed says of what money, and until when', async () => {
  const loss = { loss: 0.6, lossCurrency: 'CNY', suppressedUntil: null };
  expect(await data('/alerts/alert-o6')).toMatchObject({
    status: 'WRITTEN_OFF',
    resolution: { resolution: 'WRITTEN_OFF', reason: 'gone', ...loss },
    history: [
      { status: 'OPEN', loss: null },
      { status: 'WRITTEN_OFF', ...loss },
    ],
  });
  const until = { loss: null, suppressedUntil: '2026-01-01T01:00:00.000Z' };
  expect(await data('/alerts/alert-o7')).toMatchObject({
    status: 'SUPPRESSED',
    resolution: until,
    history: [{ status: 'OPEN' }, { status: 'SUPPRESSED', ...until }],
  });
});

test('an alert has its evidence, its place and how it ended', async () => {
  expect(await data('/alerts/alert-o1')).toMatchObject({
    status: 'AUTO_RESOLVED',
    amount: 1,
    currency: 'CNY',
    deadline: '2026-01-01T00:01:00.000Z',
    evidence: [{ topic: payments, offset: '12345678901234567', time: '2026-01-01T00:00:00.009Z' }],
    raisedAt: { topic: alerts },
    resolution: { resolution: 'AUTO_RESOLVED', reason: 'the order is PAID' },
  });
  expect(await data('/alerts/alert-o4')).toMatchObject({
    status: 'ACKNOWLEDGED',
    resolution: null,
  });
});

test('an alert has its life: each step, by whom, why, when and where in the log', async () => {
  const step = (status: string, reason: string | null, atMs: number) => ({
    ...{ status, reason, at: new Date(atMs).toISOString(), actor: 'api:test', topic: alerts },
  });
  const reopened = await data<AlertLife>('/alerts/alert-o3');
  expect(reopened).toMatchObject({
    status: 'INVESTIGATING',
    resolution: null,
    history: [
      step('OPEN', null, t0 + 60_003),
      step('RESOLVED', 'shipped', t0 + 70_000),
      step('OPEN', 'it was not', t0 + 99_000),
      step('INVESTIGATING', 'I ask them', t0 + 99_500),
    ],
  });
  const offsets = reopened.history.map(({ offset }) => Number(offset));
  expect(offsets).toEqual([...new Set(offsets)].sort((one, other) => one - other));
  expect(await data('/alerts/alert-o4')).toMatchObject({
    history: [step('OPEN', null, t0 + 60_004), step('ACKNOWLEDGED', 'I look', t0 + 95_000)],
  });
});

test('the summary counts by rule and never adds up two currencies', async () => {
  const response = await fetch(`${world.queries.url}/alerts/summary`);
  // 90,000,000,000,000.00 is beyond what a float shows with two decimals: read as text.
  const text = await response.text();
  expect(text).toContain('{"currency":"USD","amount":90000000000000.00}');
  expect(JSON.parse(text)).toMatchObject({
    data: {
      rules: [
        {
          ...{ rule: 'A', raised: 4, open: 2, acknowledged: 1, investigating: 1 },
          ...{ resolved: 2, superseded: 1, writtenOff: 0, suppressed: 0 },
          atStake: [{ currency: 'CNY', amount: 7 }],
        },
        { rule: 'C', raised: 1, open: 1, resolved: 0 },
        { rule: 'V', raised: 2, open: 0, resolved: 2, writtenOff: 1, suppressed: 1 },
      ],
    },
  });
});

interface OrderPage {
  readonly orders: readonly { readonly orderNo: string }[];
  readonly nextCursor: string | null;
}

const orderNos = async (path: string): Promise<readonly string[]> =>
  (await data<OrderPage>(path)).orders.map(({ orderNo }) => orderNo);

test('orders are filtered by their own status, their payment and their alerts', async () => {
  expect(await orderNos('/orders')).toHaveLength(9);
  expect(await orderNos('/orders?status=PAID')).toEqual(['o1']);
  expect(await orderNos('/orders?paymentStatus=SUCCESS')).toEqual(['o5', 'o4', 'o3', 'o1']);
  expect(await orderNos('/orders?withOpenAlerts=true')).toEqual(['o4', 'o3', 'o2']);
  expect(await orderNos('/orders?withOpenAlerts=false')).toHaveLength(6);
  const since = new Date(t0 + 4).toISOString();
  expect(await orderNos(`/orders?since=${since}`)).toEqual(['o9', 'o8']);
});

test('pages are stable, complete, and lose none of the same millisecond', async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const after: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: OrderPage = await data<OrderPage>(`/orders?limit=2${after}`);
    expect(page.orders.length).toBeLessThanOrEqual(2);
    seen.push(...page.orders.map(({ orderNo }) => orderNo));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(['o9', 'o8', 'o7', 'o6', 'o5', 'o4', 'o3', 'o2', 'o1']);
});

test('an order shows both names of its status, its payment and its open alerts', async () => {
  expect(await data('/orders/o3')).toMatchObject({
    status: 'WAITING_PAYMENT',
    contract1Status: 'STOCK_RESERVED',
    amount: 3,
    version: '2',
    openAlerts: 1,
    payment: { payNo: 'PAY-o3', status: 'SUCCESS', channelTradeNo: 'MOCK_1', version: '2' },
  });
  expect(await data('/orders/only-payment')).toMatchObject({
    status: null,
    payment: { status: 'INIT', amount: 0.05 },
  });
});

interface Timeline {
  readonly entries: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
  readonly nextCursor: string | null;
}

test('a timeline has every event where it stands, and the dead letters keyed by the payment', async () => {
  const { log, codec } = world;
  const key = Buffer.from('PAY-o1');
  const deadLetters = topics.paymentsDeadLetters.name;
  const { partition, baseOffset } = log.appendRaw({
    topic: deadLetters,
    partition: 0,
    key,
    value: codec.encode(deadLetters, {
      type: 'DeadLettered',
      data: {
        ...{ topology: 'payments', reason: 'MALFORMED', message: 'cut off', attempts: 1 },
        ...{ originTopic: 'payments.commands.v1', originPartition: 0, originOffset: 3n },
        ...{ originIncarnation: 'i', originTime: t0, key, value: Buffer.from('private') },
        ...{ headers: [], parkedBehind: null },
      },
    }),
    headers: encodeEnvelope({
      ...{ id: 'dead', type: 'DeadLettered', source: '/plumbline/payments', subject: 'PAY-o1' },
      ...{ timeMs: t0, correlationId: 'c', causationId: null, actor: 'system:payments' },
      ...{ aggregateVersion: null, previousHash: null, subjectKeyId: null, traceparent: null },
    }),
  });
  const at = { 'Plumbline-Position': `${deadLetters}:${partition}:${baseOffset}` };
  const { entries } = await data<Timeline>('/orders/o1/timeline', at);
  expect(entries.map(({ type }) => type).sort()).toEqual([
    'AlertRaised',
    'AlertResolved',
    'CancelOrder',
    'DeadLettered',
    'OrderAwaitingPayment',
    'OrderCreated',
    'OrderPaid',
    'PaymentCreated',
    'PaymentSucceeded',
  ]);
  expect(entries.find(({ type }) => type === 'OrderCreated')).toMatchObject({
    ...{ topic: orders, actor: 'api:test', correlationId: 'correlation-o1', version: '1' },
    data: { amountMinor: '100', items: [{ unitAmountMinor: '100' }] },
  });
  const dead = entries.find(({ type }) => type === 'DeadLettered');
  expect(dead?.data).toMatchObject({ reason: 'MALFORMED', originOffset: '3' });
  expect(Object.keys(dead?.data ?? {})).not.toContain('value');
  const paged: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: Timeline = await data<Timeline>(`/orders/o1/timeline?limit=3${after}`);
    paged.push(...page.entries.map(({ type }) => type));
    cursor = page.nextCursor;
  }
  expect(paged).toEqual(entries.map(({ type }) => type));
});

test('what does not exist is 404, and every bad parameter is named in one 400', async () => {
  expect(await world.queries.get('/alerts/nothing')).toMatchObject({
    status: 404,
    body: { code: 'ALERT_NOT_FOUND' },
  });
  for (const path of ['/orders/nothing', '/orders/nothing/timeline']) {
    expect(await world.queries.get(path)).toMatchObject({
      status: 404,
      body: { code: 'ORDER_NOT_FOUND' },
    });
  }
  const bad =
    '/alerts?status=NEW&severity=HIGH&since=yesterday&limit=201&cursor=x&orderNo=&colour=red' +
    '&standing=maybe&minAmount=-1&currency=yuan&text=';
  const { status, body } = await world.queries.get(bad, { 'Plumbline-Position': 'a:9:1' });
  const { code, message } = body as { code: string; message: string };
  expect([status, code]).toEqual([400, 'INVALID_PARAMETER']);
  for (const name of [
    ...['status', 'severity', 'since', 'limit', 'cursor', 'orderNo', 'colour'],
    ...['standing', 'minAmount', 'currency', 'text'],
    'plumbline-position',
  ]) {
    expect(message).toContain(name);
  }
});

test('a client that names its position is answered from it, or told to come back', async () => {
  const cancelled = { type: 'OrderCancelled', data: { orderNo: 'o9', reason: 'changed my mind' } };
  for (let round = 0; round < 5; round += 1) {
    world.events.append(orders, `o9`, cancelled);
    const now = await data<{ version: string }>('/orders/o9', {
      'Plumbline-Position': world.events.position(),
    });
    expect(now.version).toBe(String(3 + round));
  }
  const startedAt = performance.now();
  const later = await world.queries.get('/orders/o9', {
    'Plumbline-Position': `${orders}:0:999999`,
  });
  expect(later).toMatchObject({ status: 503, body: { code: 'READ_MODEL_BEHIND' } });
  expect(later.headers.get('retry-after')).toBe('1');
  expect(performance.now() - startedAt).toBeLessThan(3_500);
  // A topic that the read model does not read cannot hold it back.
  await data('/orders/o9', { 'Plumbline-Position': 'payments.commands.v1:0:999999' });
});

test('every read model is what a rebuild from the log gives', async () => {
  const { log, codec, postgres, events } = world;
  await foldedBy(postgres, events.places());
  for (const projection of projections) {
    const result = await rebuildAndCompare({ projection, log, codec, postgres });
    expect({ projection: result.schema, equal: result.equal }).toEqual({
      projection: `${projection.name}_v${projection.version}`,
      equal: true,
    });
    // What the story says nothing of has a test of its own.
    const isTold = projection.inputs.some((topic) => log.topicRecords(topic).length > 0);
    expect(result.records > 0).toBe(isTold);
  }
});

test('health, readiness and the description', async () => {
  expect(await world.queries.get('/readyz')).toMatchObject({
    status: 200,
    body: { status: 'ready' },
  });
  expect(await world.queries.get('/actuator/health')).toMatchObject({ body: { status: 'UP' } });
  const { body } = await world.queries.get('/openapi.json');
  expect(Object.keys((body as { paths: object }).paths)).toEqual(
    expect.arrayContaining(['/alerts', '/alerts/summary', '/orders/{orderNo}/timeline']),
  );
});

test('without Postgres every read is 503 within about two seconds', async () => {
  const own = createTestLog();
  const away = await openTestQueries({
    ...{ log: own, codec: world.codec },
    postgresUrl: 'postgres://plumbline:local@127.0.0.1:1/plumbline',
  });
  try {
    for (const path of ['/alerts', '/alerts/a', '/alerts/summary', '/orders', '/orders/o1']) {
      const startedAt = performance.now();
      const answer = await away.get(path);
      expect(answer).toMatchObject({ status: 503, body: { code: 'DEPENDENCY_DOWN' } });
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(performance.now() - startedAt).toBeLessThan(2_500);
    }
    expect(await away.get('/readyz')).toMatchObject({ status: 503 });
    expect(await away.get('/livez')).toMatchObject({ status: 200 });
  } finally {
    await away.close();
    await own.close();
  }
});
