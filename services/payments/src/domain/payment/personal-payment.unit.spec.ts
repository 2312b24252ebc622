import { describe, expect, it } from 'vitest';
import type { Step, Told } from '../../testing/led-payments.ts';
import {
  after,
  answerOf,
  close,
  create,
  expire,
  gatewayCallback,
  lifetimeMs,
  policy,
  query,
  report,
  short,
  situations,
  start,
  when,
} from '../../testing/led-payments.ts';

/** What an account says of money that it matched, by hand or not. */
const paid = (over: Parameters<typeof gatewayCallback>[1] = {}): Step =>
  gatewayCallback('PAID', {
    ...{ channel: 'PERSONAL', callbackId: 'money wx123' },
    answer: answerOf('PAID', { gatewayTransactionId: 'wx123' }),
    ...over,
  });

const terms = { ...policy, refundLateSuccess: false, account: '1000.1.2' };
const accepted = report('ACCEPTED', {
  ...{ gatewayTransactionId: null, payUrl: 'https://pay/99.99', handle: '1000.1.2' },
});
const created = after(null, create({ channel: 'PERSONAL', gateway: terms }));
const processing = after(created, start(), accepted);
const closed = after(processing, close, report('PENDING'), report('CLOSED'));
const done = (told: Told, step: Step, afterMs = 0) => when(told, step, afterMs).events.map(short);

describe('a payment into a personal account', () => {
  it('tells its worker the account with each call', () => {
    const asked = when(processing, query, 2_000).events.at(-1);
    for (const event of [created.events.at(-1), asked])
      expect(event).toMatchObject({ type: 'GatewayCallRequested', data: { account: '1000.1.2' } });
    expect(processing.state).toMatchObject({ gateway: { payUrl: 'https://pay/99.99' } });
  });

  it('succeeds by the money that its account matched, under the number of that', () => {
    const { events, told } = when(processing, paid());
    expect(events.map(short)).toEqual(['Recorded(PROCESSED)', 'PaymentSucceeded']);
    expect(events[1]).toMatchObject({ data: { channelTradeNo: 'wx123', channel: 'PERSONAL' } });
    expect(done(told, paid())).toEqual([]);
  });

  it('takes a match by hand, which has nothing of what a client saw', () => {
    const { events } = when(processing, paid({ rawPayload: '' }));
    expect(events.map(short)).toEqual(['Recorded(PROCESSED)', 'PaymentSucceeded']);
    const nothing = expect.stringMatching(/^enc:v1:not-encrypted:/) as string;
    expect(events[0]).toMatchObject({ data: { rawPayload: nothing } });
  });

  it('of another sum moves nothing, whoever matched it', () => {
    const less = answerOf('PAID', { gatewayTransactionId: 'wx123', amountMinor: 9_000n });
    expect(done(processing, paid({ answer: less }))).toEqual([
      ...['Recorded(FAILED)', 'PaymentReportMismatched'],
    ]);
  });

  it('shows where the payer pays although the first answer was lost', () => {
    const lost = after(created, start(), report('UNKNOWN'), 2_000, query);
    const found = after(lost, report('PENDING', { payUrl: 'https://pay/99.99' }));
    expect(found.state).toMatchObject({
      ...{ status: 'processing', gateway: { payUrl: 'https://pay/99.99' } },
    });
  });

  it('that takes no orders now is created later, and closed when its time is over', () => {
    const refused = after(created, start(), report('NOT_SENT', { code: 'ACCOUNT_PAUSED' }));
    expect(refused.state).toMatchObject({ status: 'created', gateway: { sent: false } });
    expect(done(refused, { type: 'Proceed', data: {} }, 2_000)).toEqual(['ask(CREATE)']);
    expect(done(refused, expire, lifetimeMs)).toEqual(['PaymentClosed']);
  });
});

describe('late money on a personal account', () => {
  const late = ['Recorded(IGNORED)', 'PaymentReportContradicted'];

  it('leads where it leads at a gateway, and nobody is asked to give it back', () => {
    const { events, told } = when(closed, paid());
    expect(events.map(short)).toEqual(late);
    expect(events[1]).toMatchObject({
      data: { reportedStatus: 'SUCCESS', channelTradeNo: 'wx123', source: 'CALLBACK' },
    });
    expect(told.state).toMatchObject({
      ...{ status: 'closed', contradicted: true, capturedMinor: 9_999n, refunds: {} },
    });
    // At a gateway the same goes back by itself, which is all that is different.
    expect(done(situations.closed, gatewayCallback('PAID'))).toEqual([
      ...late,
      ...['RefundRequested', 'ask(REFUND)'],
    ]);
  });

  it('is told once, however often the account says it', () => {
    expect(done(when(closed, paid()).told, paid())).toEqual([]);
  });
});
