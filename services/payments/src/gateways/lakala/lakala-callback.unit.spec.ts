import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { garbageBodies, garbageHeaders } from '../testing/garbage.ts';
import { createInput } from '../testing/port-input.ts';
import { adapter, merchantNo, platform } from './testing/lakala-party.ts';
import { publishedCallback } from './testing/published-callback.ts';
import { signByHand } from './testing/rsa-by-hand.ts';

const { reference } = createInput;
const named = { merchant_no: merchantNo, out_order_no: reference, pay_order_no: '2507' };
const payment = {
  ...{ trade_no: 'T-1', log_no: '66', trade_type: 'PAY', trade_status: 'S', trade_amount: 1234 },
  ...{ payer_amount: 1200, trade_time: '20250311195612', busi_type: 'SCPAY' },
};
const paid = {
  ...{ kind: 'paid', gatewayTransactionId: 'T-1', amountMinor: 1_234n, currency: 'CNY' },
  ...{ paidAtMs: Date.UTC(2025, 2, 11, 11, 56, 12), refundedMinor: null },
};

describe('notifications', () => {
  const signedAtMs = 1_700_000_000_000;
  function notify(json: unknown, receivedAtMs = signedAtMs + 50) {
    const body = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
    const lines = Buffer.concat([Buffer.from('1700000000\nn1\n'), body, Buffer.from('\n')]);
    const signature = signByHand(lines, platform.privateKey);
    const authorization = `LKLAPI-SHA256withRSA timestamp="1700000000",nonce_str="n1",signature="${signature}"`;
    return adapter.readCallback({ headers: { authorization }, body, receivedAtMs });
  }
  const notification = (order_status: string, change: object = {}) => ({
    ...{ ...named, order_status, total_amount: 1234 },
    order_trade_info: { ...payment, ...change },
  });

  it("of Lakala's test platform are read as it sent them", () => {
    const { authorization, body, signedAtMs: sentAtMs } = publishedCallback;
    const callback = {
      headers: { authorization },
      body: Buffer.from(body),
      receivedAtMs: sentAtMs,
    };
    expect(adapter.readCallback(callback)).toEqual({
      ...{ kind: 'verified', reference: '202020202028', merchantMatches: true },
      callbackId: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      report: {
        ...{ kind: 'paid', gatewayTransactionId: '2025031166200819100678', amountMinor: 1n },
        ...{ currency: 'CNY', paidAtMs: Date.UTC(2025, 2, 11, 11, 56, 12), refundedMinor: null },
      },
    });
  });

  it.each([
    ['2', {}, paid],
    ['2', { trade_status: 'P' }, { kind: 'pending' }],
    ['2', { trade_type: 'REFUND' }, { kind: 'pending' }],
    ['3', { trade_status: 'F' }, expect.objectContaining({ kind: 'failed', code: '3' }) as unknown],
    ['3', {}, { kind: 'pending' }],
    ['4', { trade_status: 'X' }, { kind: 'closed' }],
    ['5', { trade_status: 'X' }, { kind: 'closed' }],
    ['7', { trade_status: 'X' }, { kind: 'closed' }],
    ['7', {}, { kind: 'pending' }],
    ['0', {}, { kind: 'pending' }],
    ['1', {}, { kind: 'pending' }],
    ['6', { trade_type: 'REFUND' }, { kind: 'pending' }],
  ])(
    'of the status %s with %j mean what they say, or are something to ask about',
    (status, change, report) => {
      expect(notify(notification(status, change))).toMatchObject({
        kind: 'verified',
        reference,
        report,
      });
    },
  );

  it('of another merchant say so, and a repeat has the same id', () => {
    const ours = notification('2');
    const [first, again] = [notify(ours), notify(ours, signedAtMs + 3_600_000)];
    expect(first).toEqual(again);
    expect(notify({ ...ours, merchant_no: 'OTHER' })).toMatchObject({ merchantMatches: false });
  });

  it('rightly signed and yet unreadable, too old or from the future are invalid', () => {
    const ours = notification('2');
    const invalid = (code: string, of: string | null) => ({ kind: 'invalid', code, reference: of });
    expect(notify({ ...ours, order_status: 9 })).toEqual(invalid('UNREADABLE', reference));
    expect(notify({ ...ours, out_order_no: '' })).toEqual(invalid('UNREADABLE', null));
    expect(notify(JSON.stringify(ours).slice(0, -1))).toEqual(invalid('UNREADABLE', null));
    const hour = 3_600_000;
    expect(notify(ours, signedAtMs + 5 * hour).kind).toBe('verified');
    expect(notify(ours, signedAtMs + 5 * hour + 1)).toEqual(invalid('CALLBACK_EXPIRED', reference));
    expect(notify(ours, signedAtMs - 300_000).kind).toBe('verified');
    expect(notify(ours, signedAtMs - 300_001)).toEqual(invalid('CALLBACK_EXPIRED', reference));
  });

  it('not signed by Lakala are invalid, and say what they claim', () => {
    const body = Buffer.from(JSON.stringify(notification('2')));
    const unsigned = adapter.readCallback({ headers: {}, body, receivedAtMs: signedAtMs });
    expect(unsigned).toEqual({ kind: 'invalid', code: 'SIGNATURE_INVALID', reference });
  });

  it('never make a reading throw, nor verify, whatever they are', () => {
    fc.assert(
      fc.property(garbageBodies(), garbageHeaders(['authorization']), (body, headers) => {
        expect(adapter.readCallback({ headers, body, receivedAtMs: 0 }).kind).toBe('invalid');
      }),
    );
  });
});
