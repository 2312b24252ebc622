import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange, GatewayHttpRequest } from '../port.ts';
import { garbageBodies, garbageHeaders, garbageStatuses } from '../testing/garbage.ts';
import * as port from '../testing/port-input.ts';
import { adapter, merchantNo, platform } from './testing/lakala-party.ts';
import { signByHand } from './testing/rsa-by-hand.ts';

const { context, createInput, referenceInput, refundInput, refundReferenceInput } = port;
const { reference } = createInput;
const { refundReference } = refundInput;

function signed(status: number, body: Buffer) {
  const lines = Buffer.concat([
    Buffer.from('OP00000003\n0A\n1700000000\nn1\n'),
    body,
    Buffer.from('\n'),
  ]);
  return {
    ...{ status, body },
    headers: {
      ...{ 'lklapi-appid': 'OP00000003', 'lklapi-serial': '0A', 'lklapi-nonce': 'n1' },
      'lklapi-timestamp': '1700000000',
      'lklapi-signature': signByHand(lines, platform.privateKey),
    },
  };
}
const answer = (code: string, resp_data?: unknown, status = 200) =>
  signed(
    status,
    Buffer.from(
      JSON.stringify({ code, msg: `about ${code}`, resp_time: '20260102110405', resp_data }),
    ),
  );

type Row = [code: string, data: unknown, answer: unknown];
const read = <Input, Answer>(
  exchange: Exchange<Input, Answer>,
  input: Input,
  [code, data]: [string, unknown],
) => exchange.read(answer(code, data), input, context);
const unknown = (code: string) => expect.objectContaining({ kind: 'unknown', code }) as unknown;
const refused = (code: string) =>
  expect.objectContaining({ kind: 'refused', code, temporary: false }) as unknown;
const failed = (code: string) => expect.objectContaining({ kind: 'failed', code }) as unknown;

describe('requests', () => {
  const dataOf = ({ method, path, body }: GatewayHttpRequest) => {
    const json = JSON.parse(body) as { req_time: string; version: string; req_data: object };
    expect([method, json.version, json.req_time]).toEqual(['POST', '3.0', '20260102110405']);
    return [path, json.req_data];
  };

  it('are those that Lakala documents', () => {
    const named = { merchant_no: merchantNo, out_order_no: reference };
    const counter = '/api/v3/ccss/counter/order';
    expect(dataOf(adapter.create.request(createInput, context))).toEqual([
      `${counter}/special_create`,
      {
        ...{ ...named, total_amount: 1234, order_efficient_time: '20260102113405' },
        ...{ notify_url: createInput.notifyUrl, callback_url: createInput.returnUrl },
        ...{ support_cancel: 0, support_refund: 1, support_repeat_pay: 0 },
        ...{ close_order_auto_refund: '0', order_info: createInput.subject },
      },
    ]);
    expect(dataOf(adapter.query.request(referenceInput, context))).toEqual([
      `${counter}/query`,
      named,
    ]);
    expect(dataOf(adapter.close.request(referenceInput, context))).toEqual([
      `${counter}/close`,
      named,
    ]);
    const terminal = {
      merchant_no: merchantNo,
      term_no: 'D9296381',
      out_trade_no: refundReference,
    };
    const tradeNo = '2025031166200819100678';
    const ofTrade = { ...refundInput, gatewayTransactionId: tradeNo };
    expect(dataOf(adapter.refund.request(ofTrade, context))).toEqual([
      '/api/v3/rfd/refund_front/refund',
      {
        ...{ ...terminal, refund_amount: '234', refund_reason: '不要了', origin_trade_no: tradeNo },
        origin_log_no: '66200819100678',
        location_info: { request_ip: '203.0.113.7' },
      },
    ]);
    expect(dataOf(adapter.queryRefund.request(refundReferenceInput, context))).toEqual([
      ...['/api/v3/rfd/refund_front/refund_query', terminal],
    ]);
  });

  it('keep to the limits: 7 days, 64 and 32 units of text, 128 of an address', () => {
    const changed = (change: object) =>
      dataOf(adapter.create.request({ ...createInput, ...change }, context))[1];
    const late = { expireAtMs: context.nowMs + 30 * 86_400_000 };
    expect(changed(late)).toHaveProperty('order_efficient_time', '20260109110305');
    expect(changed({ subject: '茶'.repeat(65) })).toHaveProperty('order_info', '茶'.repeat(64));
    const long = `https://shop.example/${'x'.repeat(128)}`;
    expect(changed({ returnUrl: long })).not.toHaveProperty('callback_url');
    expect(changed({ returnUrl: null })).not.toHaveProperty('callback_url');
    expect(() => changed({ notifyUrl: long })).toThrow('128');
    const refund = adapter.refund.request({ ...refundInput, reason: 'r'.repeat(33) }, context);
    expect(dataOf(refund)[1]).toHaveProperty('refund_reason', 'r'.repeat(32));
  });

  it('cannot be made of an amount that Lakala cannot hold, nor of a refund without its payment', () => {
    const asked = (change: object) => () =>
      adapter.create.request({ ...createInput, ...change }, context).body;
    expect(asked({ amountMinor: 999_999_999_999n })()).toContain('"total_amount":999999999999,');
    for (const amountMinor of [0n, -1n, 1_000_000_000_000n, 2n ** 63n]) {
      expect(asked({ amountMinor })).toThrow('12 digits');
    }
    expect(asked({ currency: 'JPY' })).toThrow('yuan');
    const unpaid = { ...refundInput, gatewayTransactionId: null };
    expect(() => adapter.refund.request(unpaid, context)).toThrow('by the number');
  });
});

const named = {
  merchant_no: merchantNo,
  out_order_no: reference,
  pay_order_no: '2507',
  channel_id: '95',
};
const created = { ...named, total_amount: '1234', counter_url: 'https://pay.lakala.example/x' };
const payment = {
  ...{ trade_no: 'T-1', log_No: '66', trade_type: 'PAY', trade_status: 'S', trade_amount: 1234 },
  ...{ payer_amount: 1200, trade_time: '20250311195612', busi_type: 'SCPAY' },
};
const back = { ...payment, trade_no: 'T-2', trade_type: 'REFUND', trade_amount: 234 };
const order = (status: string, ...trades: object[]) => ({
  ...{ ...named, order_status: status, total_amount: 1234, order_trade_info_list: trades },
});
const paid = {
  ...{ kind: 'paid', gatewayTransactionId: 'T-1', amountMinor: 1_234n, currency: 'CNY' },
  ...{ paidAtMs: Date.UTC(2025, 2, 11, 11, 56, 12), refundedMinor: 0n },
};
const ok = '000000';

describe('answers', () => {
  const accepted = {
    ...{ kind: 'accepted', gatewayTransactionId: null, handle: '2507' },
    payUrl: 'https://pay.lakala.example/x',
  };
  it.each<Row>([
    [ok, created, accepted],
    [ok, { ...created, total_amount: 1234 }, accepted],
    [ok, { ...created, total_amount: '1235' }, unknown('OTHER_PAYMENT')],
    [ok, { ...created, total_amount: '1234.0' }, unknown('UNREADABLE')],
    [ok, { ...created, total_amount: 1234.5 }, unknown('UNREADABLE')],
    [ok, { ...created, out_order_no: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [ok, { ...created, merchant_no: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [ok, { ...created, counter_url: 'ftp://x' }, unknown('UNREADABLE')],
    [ok, undefined, unknown('UNREADABLE')],
    ['000001', created, unknown('000001')],
    ['000002', undefined, unknown('000002')],
    ['BBS00000', created, unknown('BBS00000')],
  ])('to a creation: %s %#', (code, data, expected) => {
    expect(read(adapter.create, createInput, [code, data])).toEqual(expected);
  });

  it.each<Row>([
    [ok, order('0'), { kind: 'pending' }],
    [ok, order('1', { ...payment, trade_status: 'P' }), { kind: 'pending' }],
    [ok, order('2', payment), paid],
    [ok, order('3', { ...payment, trade_status: 'F' }), failed('3')],
    [ok, order('4'), { kind: 'closed' }],
    [ok, order('5'), { kind: 'closed' }],
    [ok, order('7'), { kind: 'closed' }],
    [ok, order('8'), unknown('UNREADABLE')],
    [ok, order(''), unknown('UNREADABLE')],
    [ok, { ...order('4'), order_trade_info_list: undefined }, { kind: 'closed' }],
    [ok, order('6', back, payment), { ...paid, refundedMinor: 234n }],
    [ok, order('6', { ...back, trade_type: 'CANCEL' }, payment), { ...paid, refundedMinor: 234n }],
    [ok, order('6', { ...back, trade_status: 'P' }, payment), { ...paid, refundedMinor: null }],
    [ok, order('6', payment), { ...paid, refundedMinor: null }],
    // Paid twice: both count, under the number of the first; the latest stands first.
    [ok, order('2', { ...payment, trade_no: 'T-9' }, payment), { ...paid, amountMinor: 2_468n }],
    [ok, order('2', { ...payment, trade_amount: '1200' }), { ...paid, amountMinor: 1_200n }],
    [ok, order('2', { ...payment, trade_time: '2021092264452' }), { ...paid, paidAtMs: null }],
    [ok, order('2', { ...payment, trade_amount: 12.5 }), unknown('UNREADABLE')],
    [ok, order('2'), unknown('UNREADABLE')],
    ...['F', 'C', 'U', 'X', 'T', 'P', 's', ''].map((status): Row => [
      ok,
      order('2', { ...payment, trade_status: status }),
      unknown('UNREADABLE'),
    ]),
    ...['0', '1', '3', '4', '5', '7'].map((status): Row => [
      ok,
      order(status, payment),
      unknown('CONTRADICTORY'),
    ]),
    [ok, { ...order('2', payment), out_order_no: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [ok, { ...order('2', payment), merchant_no: 'OTHER' }, unknown('OTHER_PAYMENT')],
    ['NOSUCH01', null, { kind: 'not-found' }],
    ['NOSUCH01', undefined, { kind: 'not-found' }],
    ['999999', order('2', payment), unknown('999999')],
  ])('to a query: %s %#', (code, data, expected) => {
    expect(read(adapter.query, referenceInput, [code, data])).toEqual(expected);
  });

  const closing = (status: string) => ({ ...named, order_status: status });
  it.each<Row>([
    ...['4', '5', '7'].map((status): Row => [ok, closing(status), { kind: 'closed' }]),
    ...['2', '6'].map((status): Row => [ok, closing(status), { kind: 'paid' }]),
    ...['0', '1', '3'].map((status): Row => [ok, closing(status), unknown('NOT_CLOSED')]),
    [ok, closing('8'), unknown('UNREADABLE')],
    [ok, { ...closing('7'), out_order_no: 'OTHER' }, unknown('OTHER_PAYMENT')],
    ['NOSUCH01', null, { kind: 'not-found' }],
    ['999999', closing('7'), unknown('999999')],
  ])('to a closing: %s %j', (code, data, expected) => {
    expect(read(adapter.close, referenceInput, [code, data])).toEqual(expected);
  });

  const refund = (trade_state: string, change: object = {}) => ({
    ...{ trade_state, merchant_no: merchantNo, out_trade_no: refundReference, trade_no: 'R-1' },
    ...{ total_amount: '1234', refund_amount: '234', payer_amount: '200', ...change },
  });
  it.each<Row>([
    [ok, refund('SUCCESS'), { kind: 'refunded', gatewayRefundId: 'R-1' }],
    [ok, refund('PROCESSING'), { kind: 'accepted', gatewayRefundId: 'R-1' }],
    [ok, refund('FAIL'), refused('FAIL')],
    [ok, refund('EXCEPTION'), refused('EXCEPTION')],
    ...['INIT', 'DEAL', 'TIMEOUT'].map((state): Row => [ok, refund(state), unknown(state)]),
    [ok, refund('DONE'), unknown('UNREADABLE')],
    [ok, refund('SUCCESS', { refund_amount: '235' }), unknown('OTHER_PAYMENT')],
    [ok, refund('SUCCESS', { out_trade_no: 'OTHER' }), unknown('OTHER_PAYMENT')],
    ['RFD11105', null, unknown('RFD11105')],
    ['RFD11112', null, unknown('RFD11112')],
    ['RFD12345', undefined, refused('RFD12345')],
    ['999999', null, unknown('999999')],
    ['NOSUCH01', null, unknown('NOSUCH01')],
    ['NOSUCH02', null, unknown('NOSUCH02')],
  ])('to a refund: %s %#', (code, data, expected) => {
    expect(read(adapter.refund, refundInput, [code, data])).toEqual(expected);
  });

  it.each<Row>([
    [
      ...([ok, refund('SUCCESS')] as const),
      { kind: 'refunded', gatewayRefundId: 'R-1', amountMinor: 234n, currency: 'CNY' },
    ],
    ...['INIT', 'DEAL', 'PROCESSING', 'TIMEOUT'].map((state): Row => [
      ok,
      refund(state),
      { kind: 'pending' },
    ]),
    [ok, refund('FAIL'), failed('FAIL')],
    [ok, refund('EXCEPTION'), failed('EXCEPTION')],
    [ok, refund('DONE'), unknown('UNREADABLE')],
    [ok, refund('SUCCESS', { out_trade_no: 'OTHER' }), unknown('OTHER_PAYMENT')],
    ['RFD12345', null, unknown('RFD12345')],
    ['NOSUCH01', null, unknown('NOSUCH01')],
    ['NOSUCH02', null, { kind: 'not-found' }],
  ])('to a query of a refund: %s %#', (code, data, expected) => {
    expect(read(adapter.queryRefund, refundReferenceInput, [code, data])).toEqual(expected);
  });

  it('are believed in nothing without a right signature, or under another status', () => {
    const right = answer(ok, order('2', payment));
    expect(adapter.query.read(right, referenceInput, context)).toEqual(paid);
    const forged = { ...right, body: Buffer.from(right.body.toString().replace('1234', '1235')) };
    const unsigned = { ...right, headers: {} };
    for (const response of [forged, unsigned]) {
      const meant = adapter.query.read(response, referenceInput, context);
      expect(meant).toEqual(unknown('SIGNATURE_INVALID'));
    }
    for (const status of [201, 302, 404, 500]) {
      const meant = adapter.query.read(
        answer(ok, order('2', payment), status),
        referenceInput,
        context,
      );
      expect(meant).toEqual(unknown(`HTTP_${status}`));
    }
  });

  it('never make a reading throw, nor mean anything, whatever they are', () => {
    const names = ['lklapi-appid', 'lklapi-serial', 'lklapi-signature'];
    const any = fc.tuple(garbageStatuses(), garbageBodies());
    fc.assert(
      fc.property(any, garbageHeaders(names), ([status, body], headers) => {
        for (const response of [{ status, headers, body }, signed(200, body)]) {
          const kinds = [
            adapter.create.read(response, createInput, context),
            adapter.query.read(response, referenceInput, context),
            adapter.close.read(response, referenceInput, context),
            adapter.refund.read(response, refundInput, context),
            adapter.queryRefund.read(response, refundReferenceInput, context),
          ].map(({ kind }) => kind);
          expect(kinds).toEqual(Array(5).fill('unknown'));
        }
      }),
    );
  });
});
