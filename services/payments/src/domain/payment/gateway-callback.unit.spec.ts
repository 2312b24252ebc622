import { describe, expect, it } from 'vitest';
import type { Step, Told } from '../../testing/led-payments.ts';
import {
  after,
  answerOf,
  create,
  gatewayCallback,
  hint,
  policy,
  proceed,
  proceedRefund,
  query,
  refundId,
  report,
  short,
  situations,
  start,
  when,
} from '../../testing/led-payments.ts';
import { proceedTimer } from './lead.ts';
import { paymentDecider } from './payment.ts';

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

  it('of another sum is outweighed by the gateway’s own answer, which is told beside it, once', () => {
    const other = { amountMinor: 1n };
    const called = (callbackId: string) =>
      callback('PAID', { callbackId, answer: answerOf('PAID', other) });
    const { 'processing, asking': asking } = situations;
    const toldOf = when(asking, called('n-1')).told;
    const answered = when(toldOf, report('PAID', other));
    expect(answered.events.map(short)).toEqual(['told(PAYING)', 'PaymentReportMismatched']);
    expect(answered.events[1]?.data).toMatchObject({ source: 'QUERY', found: '1' });
    expect(done(answered.told, called('n-2'))).toBe('IGNORED(NOTHING_NEW)');
    const again = after(answered.told, 30_000, proceed);
    expect(when(again, report('PAID', other)).events.map(short)).toEqual(['told(PAYING)']);
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
  const { processing, failed, created } = situations;
  const names = (told: Told, step: Step, afterMs = 0) =>
    when(told, step, afterMs).events.map(({ type, data }) =>
      'kind' in data && type === 'GatewayCallRequested' ? `ask(${data.kind})` : type,
    );
  /** How long after the last step the payment goes on by itself; `null`: not at all. */
  const goesOnInMs = ({ state, atMs }: Told): number | null => {
    const timer = paymentDecider.timers(state).find(({ name }) => name === proceedTimer);
    return timer === undefined ? null : timer.dueMs - atMs;
  };

  it('makes the gateway be asked, and once a second at most', () => {
    expect(names(processing, hint, 999)).toEqual(['GatewayQueryDeferred']);
    expect(names(processing, hint, 1_000)).toEqual(['ask(QUERY)']);
    const asked = after(processing, 1_000, hint, report('PENDING'));
    expect(names(asked, hint, 999)).toEqual(['GatewayQueryDeferred']);
    expect(names(asked, query)).toEqual(['ask(QUERY)']);
  });

  it('within a second of an answer is made up for as soon as the second is over, once', () => {
    const deferred = after(processing, 400, hint);
    expect(goesOnInMs(deferred)).toBe(600);
    expect(names(deferred, hint, 1)).toEqual([]);
    expect(names(deferred, proceed, 599)).toEqual([]);
    const asked = after(deferred, 600, proceed);
    expect(names(deferred, proceed, 600)).toEqual(['ask(QUERY)']);
    // What is asked for in the same moment goes out after the hint, and knows.
    expect(names(asked, hint)).toEqual([]);
    const quiet = after(asked, report('PENDING'));
    expect(goesOnInMs(quiet)).toBe(policy.queryIntervalMs);
  });

  it('while the gateway is being asked is made up for after the answer, which may not know of it', () => {
    const asking = after(processing, 1_000, hint, 50, hint);
    expect(names(asking, hint, 500)).toEqual([]);
    const answered = after(asking, 200, report('PENDING'));
    expect(goesOnInMs(answered)).toBe(800);
    expect(names(answered, proceed, 800)).toEqual(['ask(QUERY)']);
    const late = after(asking, 5_000, report('PENDING'));
    expect(names(late, proceed, 1)).toEqual(['ask(QUERY)']);
    const lost = after(asking, report('UNKNOWN'));
    expect(goesOnInMs(lost)).toBe(1_000);
  });

  it('while it is being created is made up for once it is', () => {
    const sending = after(created, start(), 10, hint);
    expect(names(after(created, start()), hint, 10)).toEqual(['GatewayQueryDeferred']);
    expect(goesOnInMs(after(sending, 100, report('ACCEPTED')))).toBe(900);
    expect(names(created, hint)).toEqual([]);
  });

  it('is nothing any more once the gateway has said that it is paid', () => {
    const paid = after(processing, 1_000, hint, 50, hint, 10, report('PAID'));
    expect(goesOnInMs(paid)).toBe(null);
  });

  it('of a payment that has ended unpaid is made up for, too: it may have been paid late', () => {
    const asking = after(failed, 2_000, query, 10, hint, 10, report('FAILED'));
    expect(goesOnInMs(asking)).toBe(990);
    expect(names(asking, proceed, 990)).toEqual(['ask(QUERY)']);
    const quiet = after(asking, 990, proceed, report('FAILED'));
    expect(goesOnInMs(quiet)).toBe(null);
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
