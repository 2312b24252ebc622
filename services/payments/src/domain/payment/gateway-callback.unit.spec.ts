import { describe, expect, it } from 'vitest';
import type { Step, Told } from '../../testing/led-payments.ts';
import {
  after,
  answerOf,
  create,
  gatewayCallback,
  proceedRefund,
  query,
  refundId,
  report,
  short,
  situations,
  start,
  when,
} from '../../testing/led-payments.ts';

const callback = gatewayCallback;
const done = (told: Told, step: Step): string => when(told, step).events.map(said).join(' ') || '=';
const said = (event: Parameters<typeof short>[0]): string =>
  event.type === 'GatewayCallbackRecorded'
    ? `${event.data.result}${event.data.code === null ? '' : `(${event.data.code})`}`
    : short(event);

describe('a verified callback of a gateway', () => {
  const { created, processing, unknown, closed, succeeded, failed } = situations;

  it('moves a payment that is open, whatever is known of it', () => {
    for (const open of [created, processing, unknown]) {
      expect(done(open, callback('PAID'))).toBe('PROCESSED PaymentSucceeded');
      expect(done(open, callback('FAILED'))).toBe('PROCESSED PaymentFailed');
      expect(done(open, callback('CLOSED'))).toBe('PROCESSED PaymentClosed');
      expect(done(open, callback('PENDING'))).toBe('IGNORED(NOTHING_NEW)');
    }
  });

  it('is kept with its bytes, once', () => {
    const once = when(processing, callback('PAID'));
    expect(once.events[0]).toMatchObject({
      type: 'GatewayCallbackRecorded',
      data: { rawPayload: 'enc:v1:test:e30', orderNo: 'O-1', currentStatus: 'SUCCESS', code: null },
    });
    expect(done(once.told, callback('PAID'))).toBe('=');
    expect(done(once.told, callback('FAILED', { callbackId: 'n-PAID' }))).toBe('=');
  });

  it('of an edge that did not encrypt yet is kept by its digest', () => {
    const clear = when(processing, callback('PAID', { rawPayload: '{"payer":"Ada"}' }));
    expect(clear.events.map(({ type }) => type)).toEqual([
      ...['GatewayCallbackRecorded', 'PaymentSucceeded'],
    ]);
    const raw = expect.stringMatching(/^enc:v1:not-encrypted:/) as string;
    expect(clear.events[0]).toMatchObject({ data: { rawPayload: raw } });
  });

  it('against an end changes nothing but the record, and late money goes back', () => {
    expect(done(succeeded, callback('FAILED'))).toBe(
      'IGNORED(NOTHING_NEW) PaymentReportContradicted',
    );
    expect(done(failed, callback('FAILED'))).toBe('IGNORED(NOTHING_NEW)');
    expect(done(closed, callback('PAID'))).toBe(
      'IGNORED(NOTHING_NEW) PaymentReportContradicted RefundRequested ask(REFUND)',
    );
  });

  it('of another sum, currency or merchant moves nothing and is told', () => {
    const other = (over: Parameters<typeof answerOf>[1]) =>
      done(processing, callback('PAID', { answer: answerOf('PAID', over) }));
    expect(other({ amountMinor: 1n })).toBe('FAILED(REPORT_MISMATCHED) PaymentReportMismatched');
    expect(other({ currency: 'JPY' })).toBe('FAILED(REPORT_MISMATCHED) PaymentReportMismatched');
    expect(other({ amountMinor: null })).toBe('IGNORED(NOTHING_NEW)');
    const ofAnother = callback('PAID', { merchantMatches: false });
    expect(done(processing, ofAnother)).toBe('FAILED(OTHER_MERCHANT) PaymentReportMismatched');
    const again = callback('PAID', { merchantMatches: false, callbackId: 'n-2' });
    expect(done(when(processing, ofAnother).told, again)).toBe('FAILED(OTHER_MERCHANT)');
  });

  it('for a payment of another channel, by hand, or of nobody moves nothing', () => {
    const elsewhere = callback('PAID', { channel: 'LAKALA' });
    expect(done(processing, elsewhere)).toBe('FAILED(CALLBACK_NOT_APPLICABLE)');
    expect(done(after(null, create({ gateway: null })), callback('PAID'))).toBe(
      'FAILED(CALLBACK_NOT_APPLICABLE)',
    );
    expect(done(processing, callback('PAID', { payNo: 'PAY9' }))).toBe('FAILED(PAYMENT_NOT_FOUND)');
    const nobody = when(after(null), callback('PAID'));
    expect(nobody.events).toMatchObject([{ data: { orderNo: null, currentStatus: null } }]);
    expect(done(nobody.told, callback('PAID'))).toBe('=');
  });

  it('about a refund makes the gateway be asked, and moves nothing by itself', () => {
    const about = callback('REFUNDED', { refundReference: refundId.replaceAll('-', '') });
    expect(done(situations['refund processing'], about)).toBe(
      'IGNORED(REFUND_ASKED_ABOUT) ask(QUERY_REFUND)',
    );
    expect(done(situations['refund unknown, asking'], about)).toBe('IGNORED(REFUND_ASKED_ABOUT)');
    expect(done(situations['refund done'], about)).toBe('IGNORED(REFUND_ASKED_ABOUT)');
    const another = callback('REFUNDED', { refundReference: 'f'.repeat(32) });
    expect(done(situations['refund processing'], another)).toBe('IGNORED(REFUND_ASKED_ABOUT)');
  });
});

describe('a hint', () => {
  const hint: Step = {
    type: 'QueryPayment',
    data: { payNo: 'PAY1', reason: 'a hint', unlessWithinMs: 1_000 },
  };

  it('makes the gateway be asked, and once a second at most', () => {
    const { processing } = situations;
    expect(when(processing, hint, 999).events).toEqual([]);
    expect(when(processing, hint, 1_000).events.map(short)).toEqual(['ask(QUERY)']);
    const asked = after(processing, 1_000, hint, report('PENDING'));
    expect(when(asked, hint, 999).events).toEqual([]);
    expect(when(asked, query).events.map(short)).toEqual(['ask(QUERY)']);
  });
});

describe('a call that no worker takes', () => {
  it('is asked for anew after five minutes, and was not sent if it moves money', () => {
    const { created } = situations;
    expect(when(created, { type: 'Proceed', data: {} }, 299_999).events).toEqual([]);
    const { events, told } = when(created, { type: 'Proceed', data: {} }, 300_000);
    expect(events).toMatchObject([{ data: { answer: { result: 'NOT_SENT', code: 'NO_REPORT' } } }]);
    expect(when(told, { type: 'Proceed', data: {} }, 2_000).events.map(short)).toEqual([
      'ask(CREATE)',
    ]);
    const asking = situations['processing, asking'];
    const lost = when(asking, { type: 'Proceed', data: {} }, 300_000);
    expect(lost.events).toMatchObject([{ data: { answer: { result: 'UNKNOWN' } } }]);
    const refund = situations['refund asked for'];
    expect(when(refund, proceedRefund, 300_000).events).toMatchObject([
      { data: { answer: { result: 'NOT_SENT' } } },
    ]);
    expect(when(after(refund, start()), proceedRefund, 299_999).events.map(short)).toEqual([
      'told(SUCCESS)',
      'RefundUnknown',
    ]);
  });
});
