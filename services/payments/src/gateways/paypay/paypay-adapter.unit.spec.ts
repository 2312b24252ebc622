import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../port.ts';
import { garbageBodies, garbageHeaders, garbageStatuses } from '../testing/garbage.ts';
import * as port from '../testing/port-input.ts';
import { opaAuthorization } from './opa-auth.ts';
import { createPayPayAdapter } from './paypay-adapter.ts';

const credentials = { apiKey: 'key', apiSecret: 'secret', merchantId: '445566' };
const adapter = createPayPayAdapter(credentials);
const { context } = port;
const createInput = { ...port.createInput, currency: 'JPY' };
const referenceInput = { ...port.referenceInput, gatewayTransactionId: 'P-1', handle: '04-code' };
const refundInput = { ...port.refundInput, ...referenceInput, currency: 'JPY' };
const refundReferenceInput = { ...port.refundReferenceInput, ...referenceInput };
const { reference } = createInput;
const { refundReference } = refundInput;
const requestedAt = Math.floor(context.nowMs / 1_000);

/** Without `data` where it is undefined. */
function answer(status: number, code: string, data: unknown) {
  const json = { resultInfo: { code, message: `about ${code}`, codeId: '08100001' }, data };
  return { status, headers: {}, body: Buffer.from(JSON.stringify(json)) };
}
const raw = (status: number, text: string) => ({ status, headers: {}, body: Buffer.from(text) });

type Row = [status: number, code: string, data: unknown, answer: unknown];
const read = <Input, Answer>(
  exchange: Exchange<Input, Answer>,
  input: Input,
  [status, code, data]: [number, string, unknown],
) => exchange.read(answer(status, code, data), input, context);

const unknown = (code: string) => expect.objectContaining({ kind: 'unknown', code }) as unknown;
const refused = (code: string, temporary = false) =>
  expect.objectContaining({ kind: 'refused', code, temporary }) as unknown;

const yen = (amount: unknown) => ({ amount, currency: 'JPY' });
const created = {
  ...{ codeId: '04-code', url: 'https://qr.example/x', deeplink: 'paypay://x', expiryDate: 1 },
  ...{ merchantPaymentId: reference, amount: yen(1234), codeType: 'ORDER_QR' },
};
const payment = {
  ...{ paymentId: 'P-1', status: 'COMPLETED', acceptedAt: 1_700_000_000, refunds: null },
  ...{ captures: null, revert: null, merchantPaymentId: reference, amount: yen(1234) },
};
const refund = {
  ...{ status: 'CREATED', acceptedAt: 1_700_000_000, merchantRefundId: refundReference },
  ...{ paymentId: 'P-1', amount: yen(234), requestedAt, reason: null },
};

describe('requests', () => {
  const bodyOf = (text: string) => (text === '' ? null : (JSON.parse(text) as unknown));

  it('are those that PayPay documents', () => {
    const made = [
      adapter.create.request(createInput, context),
      adapter.query.request(referenceInput, context),
      adapter.close.request(referenceInput, context),
      adapter.refund.request(refundInput, context),
      adapter.queryRefund.request(refundReferenceInput, context),
    ].map(({ method, path, body }) => [method, path, bodyOf(body)]);
    expect(made).toEqual([
      [
        ...['POST', '/v2/codes'],
        {
          ...{ merchantPaymentId: reference, amount: yen(1234), codeType: 'ORDER_QR' },
          ...{ orderDescription: createInput.subject, isAuthorization: false, requestedAt },
          ...{ redirectUrl: createInput.returnUrl, redirectType: 'WEB_LINK' },
        },
      ],
      ['GET', `/v2/codes/payments/${reference}`, null],
      ['DELETE', '/v2/codes/04-code', null],
      [
        ...['POST', '/v2/refunds'],
        {
          ...{ merchantRefundId: refundReference, paymentId: 'P-1', amount: yen(234) },
          ...{ requestedAt, reason: '不要了' },
        },
      ],
      ['GET', `/v2/refunds/${refundReference}?paymentId=P-1`, null],
    ]);
  });

  it('are signed without their query, and say which merchant is meant', () => {
    const { headers } = adapter.queryRefund.request(refundReferenceInput, context);
    const authorization = opaAuthorization(
      {
        ...{ method: 'GET', path: `/v2/refunds/${refundReference}`, contentType: '', body: '' },
        ...{ nonce: context.nonce, epochSeconds: requestedAt },
      },
      credentials,
    );
    expect(headers).toEqual({ authorization, 'x-assume-merchant': '445566' });
    const { headers: withBody } = adapter.create.request(createInput, context);
    expect(withBody['content-type']).toBe('application/json');
  });

  it('ask for no return where there is none, and cut what is too long between characters', () => {
    const subject = `${'x'.repeat(254)}🍵 tea`;
    const input = { ...createInput, returnUrl: null, subject };
    const json = bodyOf(adapter.create.request(input, context).body);
    expect(json).not.toHaveProperty('redirectUrl');
    expect(json).toHaveProperty('orderDescription', 'x'.repeat(254));
  });

  it('cannot be made of an amount that PayPay cannot hold, nor of a refund without its payment', () => {
    const asked = (change: object) => () =>
      adapter.create.request({ ...createInput, ...change }, context).body;
    expect(asked({ amountMinor: 99_999_999_999n })()).toContain('"amount":99999999999,');
    expect(asked({ amountMinor: 1n })()).toContain('"amount":1,');
    for (const amountMinor of [0n, -1n, 100_000_000_000n, 2n ** 63n]) {
      expect(asked({ amountMinor })).toThrow('11 digits');
    }
    expect(asked({ currency: 'CNY' })).toThrow('yen');
    const unpaid = { ...refundInput, gatewayTransactionId: null };
    expect(() => adapter.refund.request(unpaid, context)).toThrow('by the id');
  });
});

describe('answers', () => {
  const accepted = {
    ...{ kind: 'accepted', gatewayTransactionId: null, payUrl: 'https://qr.example/x' },
    handle: '04-code',
  };
  it.each<Row>([
    [201, 'SUCCESS', created, accepted],
    [200, 'SUCCESS', created, accepted],
    [201, 'SUCCESS', { ...created, merchantPaymentId: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [201, 'SUCCESS', { ...created, amount: yen(1235) }, unknown('OTHER_PAYMENT')],
    [
      201,
      'SUCCESS',
      { ...created, amount: { amount: 1234, currency: 'USD' } },
      unknown('UNREADABLE'),
    ],
    [201, 'SUCCESS', { ...created, url: 'paypay://x' }, unknown('UNREADABLE')],
    [201, 'SUCCESS', null, unknown('UNREADABLE')],
    [400, 'SUCCESS', created, unknown('SUCCESS')],
    [202, 'REQUEST_ACCEPTED', null, unknown('REQUEST_ACCEPTED')],
    [400, 'DUPLICATE_DYNAMIC_QR_REQUEST', null, unknown('DUPLICATE_DYNAMIC_QR_REQUEST')],
    [400, 'INVALID_REQUEST_PARAMS', null, refused('INVALID_REQUEST_PARAMS')],
    [400, 'MISSING_REQUEST_PARAMS', null, refused('MISSING_REQUEST_PARAMS')],
    [400, 'INVALID_PARAMS', null, refused('INVALID_PARAMS')],
    [400, 'INVALID_PARAMS', undefined, refused('INVALID_PARAMS')],
    [400, 'DYNAMIC_QR_BAD_REQUEST', null, refused('DYNAMIC_QR_BAD_REQUEST')],
    [401, 'UNAUTHORIZED', null, refused('UNAUTHORIZED', true)],
    [401, 'OP_OUT_OF_SCOPE', null, refused('OP_OUT_OF_SCOPE', true)],
    [404, 'OPA_CLIENT_NOT_FOUND', null, refused('OPA_CLIENT_NOT_FOUND', true)],
    [429, 'RATE_LIMIT', null, refused('RATE_LIMIT', true)],
    [500, 'UNAUTHORIZED', null, unknown('UNAUTHORIZED')],
    [500, 'SERVICE_ERROR', null, unknown('SERVICE_ERROR')],
    [500, 'INTERNAL_SERVER_ERROR', null, unknown('INTERNAL_SERVER_ERROR')],
    [503, 'MAINTENANCE_MODE', null, unknown('MAINTENANCE_MODE')],
    [400, 'SOMETHING_NEW', null, unknown('SOMETHING_NEW')],
    [400, 'toString', null, unknown('toString')],
    [400, 'no code', null, unknown('UNREADABLE')],
  ])('to a creation: %i %s', (status, code, data, expected) => {
    expect(read(adapter.create, createInput, [status, code, data])).toEqual(expected);
  });

  const paid = {
    ...{ kind: 'paid', gatewayTransactionId: 'P-1', amountMinor: 1_234n, currency: 'JPY' },
    ...{ paidAtMs: 1_700_000_000_000, refundedMinor: 0n },
  };
  const refunds = (...of: [string, number][]) => ({
    data: of.map(([status, amount]) => ({ ...refund, status, amount: yen(amount) })),
  });
  const withStatus = (status: string, more: object = {}) => ({ ...payment, status, ...more });
  it.each<Row>([
    [200, 'SUCCESS', payment, paid],
    [200, 'SUCCESS', { ...payment, acceptedAt: null }, { ...paid, paidAtMs: null }],
    [200, 'SUCCESS', withStatus('CREATED', { paymentId: null }), { kind: 'pending' }],
    [200, 'SUCCESS', withStatus('AUTHORIZED'), { kind: 'pending' }],
    [200, 'SUCCESS', withStatus('REAUTHORIZING'), { kind: 'pending' }],
    [200, 'SUCCESS', withStatus('FAILED'), expect.objectContaining({ kind: 'failed' })],
    [200, 'SUCCESS', withStatus('CANCELED'), { kind: 'closed' }],
    [200, 'SUCCESS', withStatus('EXPIRED'), { kind: 'closed' }],
    [200, 'SUCCESS', withStatus('SETTLED'), unknown('UNREADABLE')],
    [200, 'SUCCESS', withStatus('completed'), unknown('UNREADABLE')],
    [200, 'SUCCESS', withStatus('REFUNDED'), { ...paid, refundedMinor: null }],
    [
      ...([200, 'SUCCESS'] as const),
      withStatus('REFUNDED', {
        refunds: refunds(['REFUNDED', 100], ['CREATED', 7], ['REFUNDED', 34]),
      }),
      { ...paid, refundedMinor: 134n },
    ],
    [
      200,
      'SUCCESS',
      { ...payment, refunds: refunds(['REFUNDED', 1]) },
      { ...paid, refundedMinor: 1n },
    ],
    [200, 'SUCCESS', { ...payment, amount: null }, unknown('UNREADABLE')],
    [200, 'SUCCESS', { ...payment, paymentId: null }, unknown('UNREADABLE')],
    [200, 'SUCCESS', { ...payment, merchantPaymentId: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [200, 'SUCCESS', { ...payment, merchantPaymentId: undefined }, unknown('UNREADABLE')],
    [200, 'SUCCESS', { ...payment, amount: yen('1234') }, unknown('UNREADABLE')],
    [200, 'SUCCESS', { ...payment, amount: yen(12.5) }, unknown('UNREADABLE')],
    [200, 'SUCCESS', { ...payment, amount: yen(-1) }, unknown('UNREADABLE')],
    [200, 'SUCCESS', { ...payment, amount: yen(1e12) }, unknown('UNREADABLE')],
    [400, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', null, { kind: 'not-found' }],
    [400, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', undefined, { kind: 'not-found' }],
    [404, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', null, { kind: 'not-found' }],
    [500, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', null, unknown('DYNAMIC_QR_PAYMENT_NOT_FOUND')],
    [200, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', null, unknown('DYNAMIC_QR_PAYMENT_NOT_FOUND')],
    [400, 'DYNAMIC_QR_BAD_REQUEST', null, unknown('DYNAMIC_QR_BAD_REQUEST')],
    [401, 'UNAUTHORIZED', null, unknown('UNAUTHORIZED')],
    [429, 'RATE_LIMIT', null, unknown('RATE_LIMIT')],
  ])('to a query: %i %s %#', (status, code, data, expected) => {
    expect(read(adapter.query, referenceInput, [status, code, data])).toEqual(expected);
  });

  it('are read from the text of their numbers, never through a float', () => {
    const body = JSON.stringify(answer(200, 'SUCCESS', payment).body.toString());
    const texts = ['1234.0', '1.234e3', '1234.9', '9007199254740993', '01234', '"1234"', '-1234'];
    for (const text of texts) {
      const changed = (JSON.parse(body) as string).replace('"amount":1234', `"amount":${text}`);
      expect(changed).toContain(`"amount":${text},`);
      const meant = adapter.query.read(raw(200, changed), referenceInput, context);
      expect(meant, text).toEqual(unknown('UNREADABLE'));
    }
    const twice = (JSON.parse(body) as string).replace('"status"', '"status":"FAILED","status"');
    expect(adapter.query.read(raw(200, twice), referenceInput, context).kind).toBe('unknown');
  });

  it.each<Row>([
    [200, 'SUCCESS', null, { kind: 'closed' }],
    [200, 'SUCCESS', undefined, { kind: 'closed' }],
    [400, 'DYNAMIC_QR_ALREADY_PAID', null, { kind: 'paid' }],
    [404, 'DYNAMIC_QR_NOT_FOUND', null, { kind: 'not-found' }],
    [400, 'DYNAMIC_QR_BAD_REQUEST', null, refused('DYNAMIC_QR_BAD_REQUEST')],
    [401, 'UNAUTHORIZED', null, refused('UNAUTHORIZED', true)],
    [429, 'RATE_LIMIT', null, refused('RATE_LIMIT', true)],
    [500, 'SUCCESS', null, unknown('SUCCESS')],
    [500, 'INTERNAL_SERVER_ERROR', null, unknown('INTERNAL_SERVER_ERROR')],
  ])('to the deletion of a code: %i %s', (status, code, data, expected) => {
    expect(read(adapter.close, referenceInput, [status, code, data])).toEqual(expected);
  });

  it.each<Row>([
    [200, 'SUCCESS', withStatus('CREATED'), unknown('CODE_ID_UNKNOWN')],
    [200, 'SUCCESS', withStatus('AUTHORIZED'), unknown('CODE_ID_UNKNOWN')],
    [200, 'SUCCESS', withStatus('COMPLETED'), { kind: 'paid' }],
    [200, 'SUCCESS', withStatus('REFUNDED'), { kind: 'paid' }],
    [200, 'SUCCESS', withStatus('FAILED'), { kind: 'closed' }],
    [200, 'SUCCESS', withStatus('EXPIRED'), { kind: 'closed' }],
    [400, 'DYNAMIC_QR_PAYMENT_NOT_FOUND', null, { kind: 'not-found' }],
    [401, 'UNAUTHORIZED', null, unknown('UNAUTHORIZED')],
  ])(
    'to a closing without the id of the code, which only asks: %i %s %#',
    (status, code, data, expected) => {
      const input = { ...referenceInput, handle: null };
      const { method, path } = adapter.close.request(input, context);
      expect([method, path]).toEqual(['GET', `/v2/codes/payments/${reference}`]);
      expect(read(adapter.close, input, [status, code, data])).toEqual(expected);
    },
  );

  it.each<Row>([
    [200, 'SUCCESS', refund, { kind: 'accepted', gatewayRefundId: refundReference }],
    [
      200,
      'SUCCESS',
      { ...refund, status: 'REFUNDED' },
      { kind: 'refunded', gatewayRefundId: refundReference },
    ],
    [200, 'SUCCESS', { ...refund, status: 'FAILED' }, refused('FAILED')],
    [200, 'SUCCESS', { ...refund, status: 'DONE' }, unknown('UNREADABLE')],
    [200, 'SUCCESS', { ...refund, amount: yen(235) }, unknown('OTHER_PAYMENT')],
    [200, 'SUCCESS', { ...refund, merchantRefundId: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [202, 'REQUEST_ACCEPTED', null, { kind: 'accepted', gatewayRefundId: null }],
    ...(
      [
        [400, 'INVALID_PARAMS'],
        [400, 'UNACCEPTABLE_OP'],
        [400, 'CANCELED_USER'],
        [400, 'REFUND_LIMIT_EXCEEDED'],
        [400, 'REFUND_WINDOW_EXCEED'],
        [400, 'ORDER_NO_LONGER_AVAILABLE'],
        [401, 'USER_STATE_IS_NOT_ACTIVE'],
        [403, 'MERCHANT_MULTIPLE_REFUND_REJECTED'],
        [404, 'NO_SUCH_REFUND_ORDER'],
        [404, 'RESOURCE_NOT_FOUND'],
      ] as const
    ).map(([status, code]): Row => [status, code, null, refused(code)]),
    [
      400,
      'THROTTLED_MULTIPLE_REFUND_REJECTED',
      null,
      refused('THROTTLED_MULTIPLE_REFUND_REJECTED', true),
    ],
    [500, 'TRANSACTION_FAILED', null, unknown('TRANSACTION_FAILED')],
    [500, 'RESOURCE_NOT_FOUND', null, unknown('RESOURCE_NOT_FOUND')],
  ])('to a refund: %i %s %#', (status, code, data, expected) => {
    expect(read(adapter.refund, refundInput, [status, code, data])).toEqual(expected);
  });

  it.each<Row>([
    [
      ...([200, 'SUCCESS', { ...refund, status: 'REFUNDED' }] as const),
      { kind: 'refunded', gatewayRefundId: refundReference, amountMinor: 234n, currency: 'JPY' },
    ],
    [200, 'SUCCESS', refund, { kind: 'pending' }],
    [200, 'SUCCESS', { ...refund, status: 'FAILED' }, expect.objectContaining({ kind: 'failed' })],
    [200, 'SUCCESS', { ...refund, paymentId: 'P-2' }, unknown('OTHER_PAYMENT')],
    [200, 'SUCCESS', { ...refund, merchantRefundId: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [404, 'NO_SUCH_REFUND_ORDER', null, { kind: 'not-found' }],
    [404, 'RESOURCE_NOT_FOUND', null, unknown('RESOURCE_NOT_FOUND')],
    [401, 'UNAUTHORIZED', null, unknown('UNAUTHORIZED')],
  ])('to a query of a refund: %i %s %#', (status, code, data, expected) => {
    expect(read(adapter.queryRefund, refundReferenceInput, [status, code, data])).toEqual(expected);
  });

  it('never make a reading throw, nor mean anything, whatever they are', () => {
    fc.assert(
      fc.property(garbageStatuses(), garbageBodies(), (status, body) => {
        const response = { status, headers: {}, body };
        const kinds = [
          adapter.create.read(response, createInput, context),
          adapter.query.read(response, referenceInput, context),
          adapter.close.read(response, referenceInput, context),
          adapter.close.read(response, { ...referenceInput, handle: null }, context),
          adapter.refund.read(response, refundInput, context),
          adapter.queryRefund.read(response, refundReferenceInput, context),
        ].map(({ kind }) => kind);
        expect(kinds).toEqual(Array(6).fill('unknown'));
      }),
    );
    const page = raw(502, '<html>Bad Gateway</html>');
    expect(adapter.query.read(page, referenceInput, context)).toEqual(unknown('HTTP_502'));
  });
});

describe('notifications', () => {
  const notification = {
    ...{ notification_type: 'Transaction', merchant_id: '445566', store_id: '1', pos_id: '1' },
    ...{ order_id: '123', merchant_order_id: reference, paid_at: '2020-04-13T13:35:29Z' },
    ...{ order_amount: '1234', state: 'COMPLETED' },
  };
  const readCallback = (json: unknown) =>
    adapter.readCallback({ headers: {}, body: Buffer.from(JSON.stringify(json)), receivedAtMs: 0 });

  it.each(['AUTHORIZED', 'COMPLETED', 'CANCELED', 'EXPIRED', 'FAILED', 'anything'])(
    'of %s are hints, whatever they say',
    (state) => {
      expect(readCallback({ ...notification, state })).toEqual({ kind: 'hint', reference });
    },
  );

  it.each([
    [{ merchant_id: '999' }, 'OTHER_MERCHANT', reference],
    [{ notification_type: 'file.created' }, 'NOT_A_PAYMENT', reference],
    [{ merchant_order_id: '' }, 'NOT_A_PAYMENT', null],
    [{ merchant_order_id: 'x'.repeat(33) }, 'NOT_A_PAYMENT', null],
    [{ merchant_order_id: '../etc' }, 'NOT_A_PAYMENT', null],
    [{ merchant_order_id: 7 }, 'UNREADABLE', null],
  ])('with %j are invalid', (change, code, claimed) => {
    const reading = readCallback({ ...notification, ...change });
    expect(reading).toEqual({ kind: 'invalid', code, reference: claimed });
  });

  it('never make a reading throw, whatever they are', () => {
    fc.assert(
      fc.property(garbageBodies(), garbageHeaders(['authorization']), (body, headers) => {
        expect(adapter.readCallback({ headers, body, receivedAtMs: 0 }).kind).toBe('invalid');
      }),
    );
  });
});
