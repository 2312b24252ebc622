import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivingCommand } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { CommandGateway } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { openRedis } from '@plumbline/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { streamKey } from './active-stream/scripts.ts';
import { accountKey } from './domain/receiving/account-key.ts';
import type { TestChannelMonitor } from './testing/open-channel-monitor.ts';
import { openTestChannelMonitor } from './testing/open-channel-monitor.ts';

/** Of this run: the suite's servers are others' as well. */
const pid = `p${randomUUID().slice(0, 8)}`;
const tenant = 'main';

let folder = '';
let monitor: TestChannelMonitor;
let accounts: CommandGateway;
const redis = openRedis({
  url: process.env['PLUMBLINE_TEST_REDIS'] ?? 'redis://127.0.0.1:16379',
  logger: silentLogger,
});

/** What the payment side is asked, and answers. */
const handed: unknown[] = [];
const payments = createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { headers, url } = request;
    const body = JSON.parse(Buffer.concat(parts).toString()) as { readonly platformOrder: string };
    handed.push({ url, key: headers['plumbline-service-key'], body });
    const data = { result: 'UNMATCHED', was: 'UNMATCHED', orderId: null, payNo: null };
    response.setHeader('content-type', 'application/json');
    const answer = { ...data, platformOrder: body.platformOrder };
    response.end(JSON.stringify({ code: '00000', message: 'success', data: answer }));
  });
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'channel-monitor-'));
  await new Promise<void>((resolve) => payments.listen(0, '127.0.0.1', resolve));
  monitor = await openTestChannelMonitor({
    PLUMBLINE_PAYMENTS_URL: `http://127.0.0.1:${(payments.address() as AddressInfo).port}`,
    PLUMBLINE_ORDER_FILE: join(folder, 'order.json'),
  });
  const { log, codec, config } = monitor.foundation;
  accounts = await createCommandGateway({
    ...{ log, codec, logger: silentLogger, source: '/test' },
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    partitions: config.PLUMBLINE_PARTITIONS,
    commandsTopic: topics.receivingCommands.name,
    outcomesTopic: topics.receivingOutcomes.name,
  });
  await monitor.post('/api/monitor/accounts', {
    ...{ pid, aid: 1, name: 'till' },
    channels: [{ cid: 2, type: 'wxpay', channel: 'wxpay1#1001', pattern: 1 }],
  });
});
afterAll(async () => {
  await accounts.close();
  await monitor.close();
  await redis.close();
  payments.close();
  await rm(folder, { recursive: true });
});

/** As the payment side asks. */
async function ask(payload: ReceivingCommand): Promise<void> {
  const executed = await accounts.execute({
    ...{ id: randomUUID(), key: accountKey(payload.data), subject: `${pid}.1`, payload },
    ...{ correlationId: 'test', actor: 'api:test' },
  });
  if (executed.kind !== 'decided') throw new Error('nothing was decided');
  expect(executed.outcome).toMatchObject({ code: null, status: 'ACCEPTED' });
}

const about = { tenant, pid, aid: '1' };
const activate = (orderNo: string, expireAt = Date.now() + 180_000): ReceivingCommand => ({
  type: 'ActivateOrder',
  data: {
    ...{ ...about, cid: null, orderNo, payNo: `PAY-${orderNo}`, reference: `R-${orderNo}` },
    ...{ amountMinor: 1_000n, currency: 'CNY', expireAt },
  },
});
const end = (orderNo: string): ReceivingCommand => ({
  type: 'EndActiveOrder',
  data: { ...about, reference: `R-${orderNo}` },
});

/** Ids of this run's orders, in the stream, over HTTP and in the file. */
async function seen() {
  const entries = await redis.run((client) => client.xrange(streamKey, '-', '+'));
  const inStream = entries.flatMap(([, texts]) => (texts[3] === pid ? [texts[1]] : []));
  const { json } = await monitor.get(`/api/monitor/orders/active?pid=${pid}`);
  const text = await readFile(join(folder, 'order.json'), 'utf8').catch(() => '[]');
  const inFile = JSON.parse(text) as readonly Readonly<Record<string, string>>[];
  const ids = (orders: unknown) =>
    (orders as readonly Readonly<Record<string, string>>[])
      .filter((order) => order['pid'] === pid)
      .map(({ orderId }) => orderId);
  return { stream: inStream.sort(), http: ids(json).sort(), file: ids(inFile).sort() };
}
const everywhere = (...ids: readonly string[]) => ({ stream: ids, http: ids, file: ids });
const wait = { timeout: 15_000, interval: 100 };

it('shows what waits in the stream, over HTTP and in the file, until it has ended', async () => {
  const soon = Date.now() + 6_000;
  await ask(activate('A'));
  await ask(activate('B'));
  await ask(activate('C', soon));
  await expect.poll(seen, wait).toEqual(everywhere('A', 'B', 'C'));
  await ask(end('A'));
  await expect.poll(seen, wait).toEqual(everywhere('B'));
  const { json } = await monitor.get('/api/monitor/orders/C');
  expect(json).toMatchObject({ orderId: 'C', attempts: [{ status: 'EXPIRED', pid, aid: '1' }] });
});

it('puts back what a flush of Redis lost', async () => {
  await ask(activate('D'));
  await expect.poll(seen, wait).toMatchObject({ stream: ['B', 'D'] });
  await redis.run((client) => client.del(streamKey));
  await expect.poll(seen, wait).toEqual(everywhere('B', 'D'));
});

it('hands a record on with the service key, and shows money that is matched to nothing', async () => {
  const record = {
    ...{ pid: 1000, aid: 1, payway: 'wxpay', channel: 'wxpay1#1001', price: 10.0 },
    ...{ platformOrder: 'wx123', rawPayload: '{"x":1}' },
  };
  const token = { authorization: 'Bearer local-monitor-key' };
  const answer = await monitor.post('/api/monitor/records', record, token);
  expect([answer.status, answer.json]).toMatchObject([200, { result: 'UNMATCHED' }]);
  expect(handed).toEqual([
    {
      ...{ url: '/api/internal/orders/match', key: 'local-service-key' },
      body: {
        ...record,
        pid: '1000',
        aid: '1',
        price: '10.00',
        currency: 'CNY',
        reportedBy: '1000',
      },
    },
  ]);
  const money = { payway: 'wxpay', channel: 'other', amountMinor: 5n, currency: 'CNY' };
  const seenBy = { rawPayload: 'enc:v1:test:e30', reportedBy: 'mc_1', platformOrder: 'wx9' };
  await ask({ type: 'ReportMoney', data: { ...about, ...money, ...seenBy } });
  const listed = async () => (await monitor.get(`/api/monitor/money?pid=${pid}`)).json;
  await expect.poll(listed, wait).toMatchObject({
    money: [{ platformOrder: 'wx9', status: 'UNMATCHED', why: 'CHANNEL_UNKNOWN', price: 0.05 }],
  });
  const aside = `/api/monitor/money/${pid}/1/wx9/set-aside`;
  expect((await monitor.post(aside, { reason: 'a test' })).json).toMatchObject({
    was: 'SET_ASIDE',
  });
  await expect.poll(listed, wait).toMatchObject({ money: [{ status: 'SET_ASIDE' }] });
});

it('registers the account of the local stack, and shows an account as it was answered', async () => {
  const local = async () => (await monitor.get('/api/monitor/accounts/1000/1')).json;
  await expect.poll(local, wait).toMatchObject({
    ...{ pid: '1000', aid: '1', channels: [{ cid: '2', channel: 'wxpay1#1001', pattern: 1 }] },
  });
  const at = `/api/monitor/accounts/${pid}/1`;
  await monitor.post(`${at}/pause`, { reason: 'phone is broken' });
  expect((await monitor.get(at)).json).toMatchObject({ status: 'PAUSED', activeOrders: 2 });
});
