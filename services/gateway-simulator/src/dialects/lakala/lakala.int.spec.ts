import { createVerify, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lakalaMerchant, lakalaTime } from '../../testing/merchants.ts';
import type { Received } from '../../testing/receiver.ts';
import { startReceiver } from '../../testing/receiver.ts';
import type { Answer, TestSimulator } from '../../testing/simulator.ts';
import { eventually, startSimulator } from '../../testing/simulator.ts';

let simulator: TestSimulator;
let merchant: Awaited<ReturnType<typeof lakalaMerchant>>;
let publicKey: string;

beforeEach(async () => {
  simulator = await startSimulator();
  merchant = await lakalaMerchant(simulator.url, simulator.keys);
  const { json } = await simulator.control('GET', '/keys');
  publicKey = (json['lakala'] as { readonly publicKeyPem: string }).publicKeyPem;
});
afterEach(() => simulator.close());

const verified = (lines: readonly (string | null)[], signature: string): boolean =>
  createVerify('RSA-SHA256')
    .update(lines.map((line) => `${line ?? ''}\n`).join(''))
    .verify(publicKey, signature, 'base64');

/** As the Java SDK verifies an answer. */
const holds = ({ headers, text }: Answer): boolean => {
  const names = ['Lklapi-Appid', 'Lklapi-Serial', 'Lklapi-Timestamp', 'Lklapi-Nonce'];
  const lines = [...names.map((name) => headers.get(name)), text];
  return verified(lines, headers.get('Lklapi-Signature') ?? '');
};

/** As the Java SDK verifies a notification. */
const notificationHolds = ({ headers, body }: Received): boolean => {
  const [, timestamp = '', nonce = '', signature = ''] =
    /^LKLAPI-SHA256withRSA timestamp="(\d+)",nonce_str="(\w+)",signature="([^"]+)"$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  return signature !== '' && verified([timestamp, nonce, body], signature);
};

const dataOf = ({ json }: Answer) => json['resp_data'] as Readonly<Record<string, unknown>>;
const pay = (reference: string) =>
  simulator.control('POST', `/payments/lakala/${reference}/pay`, {});

const refundOf = (refundNo: string, fen: string, origin: Readonly<Record<string, unknown>>) => ({
  ...merchant.merchant,
  ...{ out_trade_no: refundNo, refund_amount: fen, location_info: { request_ip: '10.0.0.1' } },
  ...origin,
});

async function paidTrade(reference: string) {
  await merchant.create(reference);
  await pay(reference);
  const list = dataOf(await merchant.query(reference))['order_trade_info_list'];
  return (list as readonly Readonly<Record<string, unknown>>[])[0] ?? {};
}

describe('Lakala over HTTP', () => {
  it('creates an order and signs its answer', async () => {
    const created = await merchant.create('L1');
    expect(created.json).toMatchObject({ code: '000000' });
    expect(dataOf(created)).toMatchObject({
      ...{ merchant_no: '82229007392000A', out_order_no: 'L1', total_amount: 3_300 },
      counter_url: `${simulator.url}/pay/lakala/L1`,
      pay_order_no: expect.stringMatching(/^\d{29}$/) as string,
    });
    expect(holds(created)).toBe(true);
    expect(holds({ ...created, text: created.text.replace('3300', '3301') })).toBe(false);
    const again = await merchant.create('L1');
    expect(again.json['code']).not.toBe('000000');
    expect(holds(again)).toBe(true);
  });

  it('takes an amount as text too, as the example of the document has it', async () => {
    await merchant.create('L1', { total_amount: '1' });
    expect(dataOf(await merchant.query('L1'))['total_amount']).toBe(1);
  });

  it.each([
    ['another key', () => ({ key: strangersKey() })],
    ['another appid', () => ({ appid: 'OP00000004' })],
    ['a timestamp of six minutes ago', () => ({ at: Date.now() - 360_000 })],
    ['a body that was changed', () => ({ bodySent: '{"req_data":{}}' })],
  ])('refuses %s without a word that is signed', async (_what, change) => {
    const data = { ...merchant.merchant, out_order_no: 'L1' };
    const answer = await merchant.send('/ccss/counter/order/query', data, change());
    expect(answer.status).toBe(401);
    expect(answer.headers.get('Lklapi-Signature')).toBeNull();
    expect(await simulator.list('/calls')).toMatchObject([{ result: 'SIGNATURE_INVALID' }]);
  });

  it('shows an order before and after it is paid', async () => {
    await merchant.create('L1');
    const open = dataOf(await merchant.query('L1'));
    expect(open).toMatchObject({ order_status: '0', order_trade_info_list: [] });
    await pay('L1');
    const paid = await merchant.query('L1');
    expect(holds(paid)).toBe(true);
    expect(dataOf(paid)).toMatchObject({
      ...{ order_status: '2', total_amount: 3_300, pay_order_no: open['pay_order_no'] },
      order_trade_info_list: [{ trade_type: 'PAY', trade_status: 'S', trade_amount: 3_300 }],
    });
    const [trade] = dataOf(paid)['order_trade_info_list'] as readonly Record<string, string>[];
    expect(trade?.['log_No']).toBe(trade?.['trade_no']?.slice(-14));
    expect(trade?.['trade_time']?.slice(0, 8)).toBe(lakalaTime(Date.now()).slice(0, 8));
    const byTheirs = await merchant.send('/ccss/counter/order/query', {
      ...merchant.merchant,
      pay_order_no: open['pay_order_no'],
    });
    expect(dataOf(byTheirs)).toMatchObject({ out_order_no: 'L1' });
    expect((await merchant.query('L2')).json['code']).not.toBe('000000');
  });

  it('closes an order that nobody has paid, and no other', async () => {
    await merchant.create('L1');
    await paidTrade('L2');
    expect(dataOf(await merchant.close('L1'))).toMatchObject({ order_status: '7' });
    expect(dataOf(await merchant.query('L1'))).toMatchObject({ order_status: '7' });
    const late = await merchant.close('L2');
    expect(late.json['code']).not.toBe('000000');
    expect(dataOf(await merchant.query('L2'))).toMatchObject({ order_status: '2' });
  });

  it.each(['rfd/refund_front/refund', 'lams/trade/trade_refund'])(
    'refunds by %s up to what was paid, and the same refund once',
    async (path) => {
      const trade = await paidTrade('L1');
      const origin = { origin_trade_no: trade['trade_no'], origin_log_no: trade['log_No'] };
      const first = await merchant.send(`/${path}`, refundOf('R1', '3000', origin));
      expect(holds(first)).toBe(true);
      expect(dataOf(first)).toMatchObject({
        ...{ trade_state: 'SUCCESS', out_trade_no: 'R1', refund_amount: '3000', ...origin },
      });
      const again = await merchant.send(`/${path}`, refundOf('R1', '3000', origin));
      expect(dataOf(again)).toEqual(dataOf(first));
      const beyond = await merchant.send(`/${path}`, refundOf('R2', '301', origin));
      expect(beyond.json['code']).not.toBe('000000');
      const query = { ...merchant.merchant, out_trade_no: 'R1' };
      const queried = await merchant.send(`/${path}_query`, query);
      const found = dataOf(queried);
      const list = found['refund_list'] as readonly unknown[] | undefined;
      expect(list ? list[0] : found).toMatchObject({
        trade_state: 'SUCCESS',
        refund_amount: '3000',
      });
      expect(dataOf(await merchant.query('L1'))).toMatchObject({
        order_status: '6',
        order_trade_info_list: [
          { trade_type: 'REFUND', trade_amount: 3_000 },
          { trade_type: 'PAY' },
        ],
      });
    },
  );

  it("wants two of a payment's numbers for a refund of the cashier's", async () => {
    const trade = await paidTrade('L1');
    const path = '/rfd/refund_front/refund';
    const one = { origin_trade_no: trade['trade_no'] };
    expect((await merchant.send(path, refundOf('R1', '1', one))).json['code']).not.toBe('000000');
    const two = { ...one, origin_out_trade_no: 'L1' };
    expect((await merchant.send(path, refundOf('R1', '1', two))).json['code']).toBe('000000');
  });

  it('notifies of a payment and of a refund, signed, until it hears SUCCESS', async () => {
    const receiver = await startReceiver((_received, response, count) => {
      const code = count === 1 ? 'FAIL' : 'SUCCESS';
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code }));
    });
    try {
      await merchant.create('L1', { notify_url: receiver.url });
      await pay('L1');
      await eventually(
        () => receiver.received.length,
        (count) => count === 2,
      );
      expect(receiver.received.map(notificationHolds)).toEqual([true, true]);
      const bodies = receiver.received.map(({ body }) => JSON.parse(body) as unknown);
      expect(bodies[0]).toMatchObject({
        ...{ order_status: '2', out_order_no: 'L1', total_amount: 3_300 },
        ...{ merchant_no: '82229007392000A', order_trade_info: { trade_status: 'S' } },
      });
      expect(bodies[1]).toEqual(bodies[0]);
      const [callback] = await eventually(
        () => simulator.list('/callbacks'),
        ([one]) => one?.['state'] === 'acknowledged',
      );
      expect(callback).toMatchObject({ state: 'acknowledged', attempts: [{}, {}] });
      await simulator.control('POST', '/payments/lakala/L1/refund', { amountMinor: '300' });
      await eventually(
        () => receiver.received.length,
        (count) => count === 3,
      );
      expect(JSON.parse(receiver.received[2]?.body ?? '{}')).toMatchObject({
        ...{ order_status: '6', order_trade_info: { trade_type: 'REFUND', trade_amount: 300 } },
      });
    } finally {
      await receiver.close();
    }
  });
});

const strangersKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2_048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
