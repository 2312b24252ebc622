import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refundsByTransaction } from '../../domain/payment/refunds.ts';
import type { Exchange, GatewayHttpRequest } from '../port.ts';
import { garbageBodies, garbageHeaders, garbageStatuses } from '../testing/garbage.ts';
import {
  context,
  createInput,
  referenceInput,
  refundInput,
  refundReferenceInput,
} from '../testing/port-input.ts';
import { createMockAdapter } from './mock-adapter.ts';

const secret = 'local-callback-secret';
const adapter = createMockAdapter({ secret, callbackMaxAgeMs: null });

/** An answer signed as the dialect's page has it, written here a second time. */
function signed(status: number, json: unknown, change: { key?: string; nonce?: string } = {}) {
  const body = typeof json === 'string' ? json : JSON.stringify(json);
  const signature = createHmac('sha256', change.key ?? secret)
    .update([status, change.nonce ?? context.nonce, body].join('\n'), 'utf8')
    .digest('hex');
  return { status, headers: { 'x-mock-signature': signature }, body: Buffer.from(body) };
}

const read = <Input, Answer>(
  exchange: Exchange<Input, Answer>,
  input: Input,
  status: number,
  json: unknown,
) => exchange.read(signed(status, json), input, context);

const { reference } = createInput;
const created = { reference, transactionId: 'MOCK_1', status: 'PENDING', payUrl: 'http://g/pay' };
const payment = {
  ...{ reference, transactionId: 'MOCK_1', status: 'SUCCESS', amountMinor: '1234' },
  ...{ currency: 'CNY', paidAt: 1_700_000_000_123, refundedMinor: '234', reason: null },
};
const { refundReference } = refundInput;
const refund = {
  ...{ refundReference, refundId: 'R-1', status: 'SUCCESS', amountMinor: '234', currency: 'CNY' },
};
/** A status, what the body says, and what that means. */
type Row = [number, unknown, unknown];
const unknown = (code: string) => expect.objectContaining({ kind: 'unknown', code }) as unknown;
const refused = (code: string, temporary: boolean) =>
  expect.objectContaining({ kind: 'refused', code, temporary }) as unknown;

describe('requests', () => {
  const expectSigned = (request: GatewayHttpRequest) => {
    const { method, path, body, headers } = request;
    const parts = [method, path, headers['x-mock-timestamp'], headers['x-mock-nonce'], body];
    const signature = createHmac('sha256', secret).update(parts.join('\n')).digest('hex');
    expect(headers['x-mock-signature']).toBe(signature);
    expect(headers['x-mock-timestamp']).toBe(String(context.nowMs));
    return { method, path, json: body === '' ? null : (JSON.parse(body) as unknown) };
  };

  it('are those of the dialect, signed over method, path, time, nonce and body', () => {
    const base = `/mock/v1/payments`;
    const { subject, notifyUrl, returnUrl, expireAtMs } = createInput;
    expect(expectSigned(adapter.create.request(createInput, context))).toEqual({
      ...{ method: 'POST', path: base },
      json: {
        ...{ reference, amountMinor: '1234', currency: 'CNY', subject, notifyUrl, returnUrl },
        expireAt: expireAtMs,
      },
    });
    expect(expectSigned(adapter.query.request(referenceInput, context))).toEqual({
      ...{ method: 'GET', path: `${base}/${reference}`, json: null },
    });
    expect(expectSigned(adapter.close.request(referenceInput, context))).toEqual({
      ...{ method: 'POST', path: `${base}/${reference}/close`, json: {} },
    });
    expect(expectSigned(adapter.refund.request(refundInput, context))).toEqual({
      ...{ method: 'POST', path: `${base}/${reference}/refunds` },
      json: { refundReference, amountMinor: '234', currency: 'CNY', reason: '不要了' },
    });
    expect(expectSigned(adapter.queryRefund.request(refundReferenceInput, context))).toEqual({
      ...{ method: 'GET', path: `${base}/${reference}/refunds/${refundReference}`, json: null },
    });
  });

  it('name no transaction in a refund, so that the payment asks for none of a second one', () => {
    const second = { ...refundInput, gatewayTransactionId: 'G-2' };
    expect(adapter.refund.request(second, context)).toEqual(
      adapter.refund.request(refundInput, context),
    );
    expect(refundsByTransaction.has('MOCK')).toBe(false);
  });

  it('carry amounts to the last unit and none beyond or below', () => {
    const asked = (amountMinor: bigint) =>
      adapter.create.request({ ...createInput, amountMinor }, context).body;
    expect(asked(1n)).toContain('"amountMinor":"1"');
    expect(asked(999_999_999_999n)).toContain('"amountMinor":"999999999999"');
    for (const amountMinor of [0n, -1n, 1_000_000_000_000n]) {
      expect(() => asked(amountMinor)).toThrow('an amount is positive');
    }
  });
});

describe('answers', () => {
  it.each<Row>([
    [
      200,
      created,
      { kind: 'accepted', gatewayTransactionId: 'MOCK_1', payUrl: 'http://g/pay', handle: null },
    ],
    [200, { ...created, reference: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [200, { ...created, status: 'SUCCESS' }, unknown('UNREADABLE')],
    [200, { ...created, payUrl: 'javascript:alert(1)' }, unknown('UNREADABLE')],
    [200, { ...created, transactionId: 'x'.repeat(65) }, unknown('UNREADABLE')],
    [200, [], unknown('UNREADABLE')],
    [409, { code: 'REFERENCE_REUSED' }, refused('REFERENCE_REUSED', false)],
    [409, { code: 'SOMETHING_NEW' }, unknown('HTTP_409')],
    [400, { code: 'BAD_REQUEST', message: 'subject' }, refused('BAD_REQUEST', false)],
    [500, { code: 'BAD_REQUEST' }, unknown('HTTP_500')],
    [401, { code: 'SIGNATURE_INVALID' }, refused('SIGNATURE_INVALID', true)],
    [429, { code: 'RATE_LIMITED' }, refused('RATE_LIMITED', true)],
    [429, {}, unknown('HTTP_429')],
    [200, { code: 'RATE_LIMITED' }, unknown('UNREADABLE')],
    [503, { code: 'toString' }, unknown('HTTP_503')],
  ])('to a creation: %i %j', (status, json, answer) => {
    expect(read(adapter.create, createInput, status, json)).toEqual(answer);
  });

  const paid = {
    ...{ kind: 'paid', gatewayTransactionId: 'MOCK_1', amountMinor: 1_234n, currency: 'CNY' },
    ...{ paidAtMs: 1_700_000_000_123, refundedMinor: 234n },
  };
  it.each<Row>([
    [200, payment, paid],
    [200, { ...payment, paidAt: null }, { ...paid, paidAtMs: null }],
    [200, { ...payment, amountMinor: '999999999999' }, { ...paid, amountMinor: 999_999_999_999n }],
    [200, { ...payment, status: 'PENDING' }, { kind: 'pending' }],
    [200, { ...payment, status: 'CLOSED' }, { kind: 'closed' }],
    [
      200,
      { ...payment, status: 'FAILED', reason: 'no money' },
      { kind: 'failed', code: 'FAILED', message: 'no money' },
    ],
    [200, { ...payment, status: 'paid' }, unknown('UNREADABLE')],
    [200, { ...payment, reference: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [200, { ...payment, amountMinor: 1234 }, unknown('UNREADABLE')],
    [200, { ...payment, amountMinor: '12.34' }, unknown('UNREADABLE')],
    [200, { ...payment, amountMinor: '-1' }, unknown('UNREADABLE')],
    [200, { ...payment, amountMinor: '01234' }, unknown('UNREADABLE')],
    [200, { ...payment, amountMinor: '1e3' }, unknown('UNREADABLE')],
    [200, { ...payment, amountMinor: '1000000000000' }, unknown('UNREADABLE')],
    [200, { ...payment, currency: 'cny' }, unknown('UNREADABLE')],
    [404, { code: 'NOT_FOUND' }, { kind: 'not-found' }],
    [404, { code: 'OTHER' }, unknown('HTTP_404')],
    [200, { code: 'NOT_FOUND' }, unknown('UNREADABLE')],
    [429, { code: 'RATE_LIMITED' }, unknown('HTTP_429')],
    [500, payment, unknown('HTTP_500')],
  ])('to a query: %i %j', (status, json, answer) => {
    expect(read(adapter.query, referenceInput, status, json)).toEqual(answer);
  });

  it.each<Row>([
    [200, { status: 'CLOSED' }, { kind: 'closed' }],
    [200, { status: 'PENDING' }, unknown('UNREADABLE')],
    [409, { code: 'ALREADY_PAID' }, { kind: 'paid' }],
    [404, { code: 'NOT_FOUND' }, { kind: 'not-found' }],
    [429, { code: 'RATE_LIMITED' }, refused('RATE_LIMITED', true)],
    [500, { status: 'CLOSED' }, unknown('HTTP_500')],
  ])('to a closing: %i %j', (status, json, answer) => {
    expect(read(adapter.close, referenceInput, status, json)).toEqual(answer);
  });

  it.each<Row>([
    [200, refund, { kind: 'refunded', gatewayRefundId: 'R-1' }],
    [200, { ...refund, status: 'PENDING' }, { kind: 'accepted', gatewayRefundId: 'R-1' }],
    [200, { ...refund, status: 'FAILED' }, unknown('UNREADABLE')],
    [200, { ...refund, refundReference: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [409, { code: 'NOT_PAID' }, refused('NOT_PAID', false)],
    [409, { code: 'EXCEEDS_PAID' }, refused('EXCEEDS_PAID', false)],
    [409, { code: 'REFERENCE_REUSED' }, refused('REFERENCE_REUSED', false)],
    [404, { code: 'NOT_FOUND' }, refused('NOT_FOUND', false)],
    [502, { code: 'NOT_PAID' }, unknown('HTTP_502')],
  ])('to a refund: %i %j', (status, json, answer) => {
    expect(read(adapter.refund, refundInput, status, json)).toEqual(answer);
  });

  it.each<Row>([
    [200, refund, { kind: 'refunded', gatewayRefundId: 'R-1', amountMinor: 234n, currency: 'CNY' }],
    [200, { ...refund, status: 'PENDING' }, { kind: 'pending' }],
    [200, { ...refund, status: 'FAILED' }, expect.objectContaining({ kind: 'failed' })],
    [200, { ...refund, status: 'CLOSED' }, unknown('UNREADABLE')],
    [200, { ...refund, refundReference: 'OTHER' }, unknown('OTHER_PAYMENT')],
    [404, { code: 'NOT_FOUND' }, { kind: 'not-found' }],
    [500, refund, unknown('HTTP_500')],
  ])('to a query of a refund: %i %j', (status, json, answer) => {
    expect(read(adapter.queryRefund, refundReferenceInput, status, json)).toEqual(answer);
  });

  it('are believed in nothing without the right signature of this very request', () => {
    const right = signed(200, payment);
    const signature = right.headers['x-mock-signature'];
    const wrong = [
      { ...right, headers: {} },
      { ...right, headers: { 'x-mock-signature': '' } },
      { ...right, headers: { 'x-mock-signature': signature.toUpperCase() } },
      { ...right, headers: { 'x-mock-signature': `${signature}, ${signature}` } },
      signed(200, payment, { key: 'other' }),
      signed(200, payment, { nonce: 'ffff' }),
      { ...right, status: 201 },
      { ...right, body: right.body.subarray(0, -1) },
      { ...right, body: Buffer.concat([right.body, Buffer.from(' ')]) },
    ];
    expect(adapter.query.read(right, referenceInput, context).kind).toBe('paid');
    for (const response of wrong) {
      const answer = adapter.query.read(response, referenceInput, context);
      expect(answer).toEqual(unknown('SIGNATURE_INVALID'));
    }
  });

  it('never make a reading throw, nor mean anything, whatever they are', () => {
    const any = fc.tuple(garbageStatuses(), garbageBodies());
    fc.assert(
      fc.property(any, garbageHeaders(['x-mock-signature']), ([status, body], headers) => {
        const forged = { status, headers, body };
        const text = body.toString('latin1');
        const key = createHmac('sha256', secret).update(`${status}\n${context.nonce}\n`);
        const right = { 'x-mock-signature': key.update(body).digest('hex') };
        for (const response of [forged, { ...forged, headers: right }]) {
          const answers = [
            adapter.create.read(response, createInput, context),
            adapter.query.read(response, referenceInput, context),
            adapter.close.read(response, referenceInput, context),
            adapter.refund.read(response, refundInput, context),
            adapter.queryRefund.read(response, refundReferenceInput, context),
          ];
          expect(
            answers.map(({ kind }) => kind),
            text,
          ).toEqual(Array(5).fill('unknown'));
        }
      }),
    );
  });
});

describe('callbacks', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  function callback(over: Record<string, unknown> = {}, key = secret) {
    const fields = {
      payNo: reference,
      callbackStatus: 'SUCCESS',
      timestamp: '1704114000000',
      nonce: 'n1',
      ...over,
    };
    const { callbackStatus: status, nonce, payNo, timestamp } = fields;
    const signature = md5(`${status}${nonce}${payNo}${timestamp}${key}`).toUpperCase();
    return { channelTradeNo: 'MOCK_1', signature, ...fields };
  }
  const readCallback = (json: unknown, receivedAtMs = 1_704_114_000_000, of = adapter) => {
    const body = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    return of.readCallback({ headers: {}, body, receivedAtMs });
  };

  it("of contract 1 are read with its signature and its callback's id", () => {
    const callbackId = md5(`${reference}1704114000000n1`);
    expect(readCallback(callback())).toEqual({
      ...{ kind: 'verified', reference, callbackId, merchantMatches: true },
      report: { kind: 'paid-as-asked', gatewayTransactionId: 'MOCK_1', paidAtMs: null },
    });
    expect(readCallback(callback({ callbackStatus: 'FAILED' }))).toMatchObject({
      ...{ kind: 'verified', callbackId, report: { kind: 'failed', code: 'FAILED' } },
    });
    expect(readCallback(callback({ channelTradeNo: null }))).toMatchObject({
      report: { gatewayTransactionId: null },
    });
  });

  it('are invalid with any signature but the right one', () => {
    const right = callback();
    const wrong = [
      { ...right, signature: '' },
      { ...right, signature: right.signature.toLowerCase() },
      { ...right, signature: right.signature.slice(1) },
      { ...right, callbackStatus: 'FAILED' },
      { ...right, nonce: 'n2' },
      { ...right, timestamp: '1704114000001' },
      callback({}, 'other'),
      { ...right, signature: md5(`${reference}SUCCESSn11704114000000${secret}`).toUpperCase() },
    ];
    for (const json of wrong) {
      expect(readCallback(json)).toEqual({ kind: 'invalid', code: 'SIGNATURE_INVALID', reference });
    }
    const unsigned = { ...right, signature: undefined };
    const unreadable = { kind: 'invalid', code: 'UNREADABLE', reference };
    expect(readCallback(unsigned)).toEqual(unreadable);
    expect(readCallback(callback({ callbackStatus: 'PAID' }))).toEqual(unreadable);
    expect(readCallback(JSON.stringify(right).slice(0, -1))).toMatchObject({ reference: null });
    expect(readCallback(callback({ payNo: '../x' }))).toMatchObject({ reference: null });
  });

  it('expire only where a limit is set, into the past and into the future', () => {
    const strict = createMockAdapter({ secret, callbackMaxAgeMs: 300_000 });
    const sentAtMs = 1_704_114_000_000;
    for (const [distanceMs, kind] of [
      [0, 'verified'],
      [300_000, 'verified'],
      [300_001, 'invalid'],
    ] as const) {
      expect(readCallback(callback(), sentAtMs + distanceMs, strict).kind).toBe(kind);
      expect(readCallback(callback(), sentAtMs - distanceMs, strict).kind).toBe(kind);
    }
    expect(readCallback(callback(), sentAtMs + 3e11).kind).toBe('verified');
  });

  it('never make a reading throw, nor verify, whatever they are', () => {
    fc.assert(
      fc.property(garbageBodies(), garbageHeaders(['x-mock-signature']), (body, headers) => {
        const reading = adapter.readCallback({ headers, body, receivedAtMs: 0 });
        expect(reading.kind).toBe('invalid');
      }),
    );
  });
});
