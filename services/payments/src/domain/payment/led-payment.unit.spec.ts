import { describe, expect, it } from 'vitest';
import type { Step, Told } from '../../testing/led-payments.ts';
import {
  after,
  callback,
  close,
  create,
  expire,
  gatewayCallback,
  lifetimeMs,
  policy,
  proceed,
  proceedRefund,
  query,
  refund,
  refundId,
  report,
  short,
  situations,
  start,
  t0,
  when,
} from '../../testing/led-payments.ts';
import { delayMs } from './calls.ts';
import { paymentDecider } from './payment.ts';

const eventsAfter = (told: Told, step: Step, afterMs = 0) =>
  when(told, step, afterMs).events.map(short).join(' ');
const timersOf = ({ state }: Told) =>
  Object.fromEntries(paymentDecider.timers(state).map(({ name, dueMs }) => [name, dueMs - t0]));

describe('an attempt', () => {
  const patient = after(null, create({ gateway: { ...policy, attemptsMax: 3 } }), start());

  it('follows one that the gateway refused, under a number of its own, as often as the policy says', () => {
    const second = after(patient, report('REFUSED'));
    expect(second.events.at(-1)).toMatchObject({
      type: 'GatewayCallRequested',
      data: { kind: 'CREATE', attempt: 2, reference: 'PAY1R2' },
    });
    const third = after(second, start(), report('REFUSED'));
    expect(third.events.at(-1)).toMatchObject({ data: { attempt: 3, reference: 'PAY1R3' } });
    expect(eventsAfter(after(third, start()), report('REFUSED'))).toBe(
      'told(INIT>FAILED) PaymentFailed',
    );
  });

  it('is never followed by another while nobody knows what came of it', () => {
    const lost = after(patient, report('UNKNOWN'));
    for (const step of [proceed, query]) {
      expect(eventsAfter(lost, step, 60_000)).toBe('ask(QUERY)');
    }
    const asked = after(lost, 2_000, proceed);
    expect(eventsAfter(asked, report('UNKNOWN'))).toBe('told(PAYING)');
    expect(eventsAfter(asked, report('REFUSED'))).toBe('told(PAYING)');
  });

  it('is sent again under the same number when the gateway does not have it, and not too early', () => {
    const asked = after(patient, report('UNKNOWN'), 2_000, proceed);
    expect(eventsAfter(asked, report('NOT_FOUND'), 7_999)).toBe('told(PAYING)');
    const { events } = when(asked, report('NOT_FOUND'), 8_000);
    expect(events[1]).toMatchObject({ data: { kind: 'CREATE', attempt: 1, reference: 'PAY1' } });
  });

  it('that was started and never reported is unknown once its time and the grace are over', () => {
    expect(timersOf(patient)['proceed']).toBe(10_000 + 20_000);
    expect(eventsAfter(patient, proceed, 29_999)).toBe('');
    expect(eventsAfter(patient, proceed, 30_000)).toBe('told(INIT>PAYING) PaymentUnknown');
  });
});

describe('the questions to a gateway', () => {
  it('about what is unknown come after 2, 5, 15 and 60 seconds or up to a fifth sooner, and every minute from then on', () => {
    let told = after(null, create(), start(), report('UNKNOWN'));
    const waits: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const due = t0 + (timersOf(told)['proceed'] ?? Number.NaN);
      waits.push(due - told.atMs);
      told = after(told, due - told.atMs, proceed, report('UNKNOWN'));
    }
    for (const [at, most] of [2_000, 5_000, 15_000, 60_000, 60_000, 60_000].entries()) {
      expect(waits[at]).toBeGreaterThanOrEqual(0.8 * most);
      expect(waits[at]).toBeLessThanOrEqual(most);
    }
    expect(new Set(waits.slice(3)).size).toBe(3);
  });

  it('are drawn by payment, the same each time', () => {
    const drawn = ['PAY1', 'PAY2', 'PAY3'].map((payNo) => delayMs(2, payNo));
    expect(new Set(drawn).size).toBe(3);
    expect(delayMs(2, 'PAY2')).toBe(drawn[1]);
  });

  it('about what nobody has paid come at the interval of the policy', () => {
    const told = after(situations.processing, 30_000, proceed, report('PENDING'));
    expect(timersOf(situations.processing)['proceed']).toBe(30_000);
    expect(timersOf(told)['proceed']).toBe(60_000);
  });

  it('bring to light a payment of which the answer was lost, and where it is paid', () => {
    const found = after(
      situations['unknown, asking'],
      report('PENDING', { payUrl: 'https://pay/2' }),
    );
    expect(found.state).toMatchObject({
      status: 'processing',
      gateway: { payUrl: 'https://pay/2' },
    });
  });
});

describe('the end by time', () => {
  it('comes at once when no byte of the payment ever reached a gateway', () => {
    expect(eventsAfter(situations['created, never sent'], expire, lifetimeMs)).toBe(
      'PaymentClosed',
    );
  });

  it('asks the gateway, closes there, and only then here', () => {
    const asked = after(situations.processing, lifetimeMs, expire);
    const closing = after(asked, report('PENDING'));
    expect(closing.state).toMatchObject({ status: 'processing', closing: 'TIMED_OUT' });
    const closed = after(closing, report('CLOSED'));
    expect(closed.state).toMatchObject({ status: 'closed', reason: 'TIMED_OUT' });
  });

  it('finds that it was paid just before, by asking how much', () => {
    expect(eventsAfter(situations['closing, closing'], report('PAID'))).toBe(
      'told(PAYING) ask(QUERY)',
    );
    const paid = after(situations['closing, closing'], report('PAID'), report('PAID'));
    expect(paid.state).toMatchObject({ status: 'succeeded' });
  });

  it('never comes while the gateway cannot be asked', () => {
    let told = after(situations.processing, lifetimeMs, expire);
    for (let i = 0; i < 50; i += 1) told = after(told, report('NOT_SENT'), 60_000, proceed);
    expect(told.state).toMatchObject({ status: 'processing', closing: 'TIMED_OUT' });
  });

  it('waits for a creation that is under way, and ends with it if that was never sent', () => {
    const waiting = after(situations['created, sending'], lifetimeMs, expire);
    expect(waiting.state).toMatchObject({ status: 'created', closing: 'TIMED_OUT' });
    expect(eventsAfter(waiting, report('NOT_SENT'))).toBe('told(INIT>CLOSED) PaymentClosed');
    expect(eventsAfter(waiting, report('ACCEPTED'))).toBe(
      'told(INIT>PAYING) PaymentProcessing ask(CLOSE)',
    );
    expect(eventsAfter(waiting, report('REFUSED'))).toBe('told(INIT>CLOSED) PaymentClosed');
  });
});

describe('money that is not what was asked for', () => {
  const mismatch = (told: Told, over: Parameters<typeof report>[1]) =>
    when(told, report('PAID', over)).events.slice(1);

  it('moves nothing, and says what differs', () => {
    const { 'processing, asking': asking } = situations;
    expect(mismatch(asking, { amountMinor: 1n })).toMatchObject([
      { type: 'PaymentReportMismatched', data: { field: 'AMOUNT', expected: '9999', found: '1' } },
    ]);
    expect(mismatch(asking, { currency: 'JPY' })).toMatchObject([
      { data: { field: 'CURRENCY', expected: 'CNY', found: 'JPY' } },
    ]);
    const told = after(asking, report('PAID', { amountMinor: 1n }));
    expect(told.state).toMatchObject({ status: 'processing' });
    expect(mismatch(after(told, 30_000, proceed), { amountMinor: 1n })).toEqual([]);
    expect(mismatch(after(told, 30_000, proceed), { amountMinor: 2n })).toHaveLength(1);
  });

  it('is no statement about money without an amount, a currency and a number', () => {
    const { 'processing, asking': asking } = situations;
    for (const field of ['amountMinor', 'currency', 'gatewayTransactionId']) {
      expect(mismatch(asking, { [field]: null })).toEqual([]);
    }
  });

  it('of another transaction than the one that paid is told', () => {
    const asked = after(situations.succeeded, query);
    expect(mismatch(asked, { gatewayTransactionId: 'G-2' })).toMatchObject([
      { data: { field: 'TRANSACTION', expected: 'G-1', found: 'G-2' } },
    ]);
  });
});

describe('a refund', () => {
  const paid = situations.succeeded;
  const another = (amountMinor: bigint, n: number) =>
    refund(amountMinor, { refundId: `00000000-0000-8000-8000-${String(n).padStart(12, '0')}` });

  it('never exceeds, with all the others, what was captured, whatever became of them', () => {
    const two = after(paid, another(5_000n, 1), another(4_999n, 2));
    expect(when(two, another(1n, 3)).code).toBe('REFUND_EXCEEDS_CAPTURED');
    const oneFailed = after(two, start(), report('REFUSED'));
    expect(when(oneFailed, another(5_001n, 3)).code).toBe('REFUND_EXCEEDS_CAPTURED');
    expect(when(oneFailed, another(5_000n, 3)).code).toBeNull();
  });

  it('is asked for once under its id, and refused with other parameters', () => {
    const asked = after(paid, refund(4_000n));
    expect(eventsAfter(asked, refund(4_000n))).toBe('');
    expect(when(asked, refund(4_001n)).code).toBe('REFUND_PARAMETERS_DIFFER');
    expect(when(paid, refund(1n, { currency: 'JPY' })).code).toBe('CURRENCY_DIFFERS');
    expect(when(paid, refund(0n)).code).toBe('AMOUNT_OUT_OF_RANGE');
    expect(when(paid, refund(-1n)).code).toBe('AMOUNT_OUT_OF_RANGE');
    expect(when(paid, refund(1n, { refundId: 'mine' })).code).toBe('REFUND_ID_INVALID');
    expect(when(paid, refund(1n, { payNo: 'PAY2' })).code).toBe('PAYMENT_NOT_FOUND');
  });

  it('of money that came after the end happens once, by itself, where the policy says so', () => {
    const late = situations['closed, paid late'];
    const automatic = late.events.filter(({ type }) => type === 'RefundRequested');
    expect(automatic).toMatchObject([{ data: { amountMinor: 9_999n, automatic: true } }]);
    expect(eventsAfter(late, callback('SUCCESS'))).not.toContain('RefundRequested');
    const mild = { gateway: { ...policy, refundLateSuccess: false } };
    const closed = after(null, create(mild), start(), report('ACCEPTED'), close, report('CLOSED'));
    const kept = after(closed, callback('SUCCESS'));
    expect(kept.events.some(({ type }) => type === 'RefundRequested')).toBe(false);
    expect(when(kept, refund(9_999n)).code).toBeNull();
  });

  it('of which the gateway gave back another sum than was asked is told, and stays open', () => {
    const { 'refund unknown, asking': asking } = situations;
    const { events, state } = when(asking, report('REFUNDED', { amountMinor: 1n }));
    expect(events.map(short)).toEqual(['told(SUCCESS)', 'PaymentReportMismatched']);
    expect(state).toMatchObject({ refunds: { [refundId]: { status: 'unknown' } } });
  });

  it('is sent again when the gateway does not have it and nothing is under way any more', () => {
    const { 'refund unknown, asking': asking } = situations;
    expect(eventsAfter(asking, report('NOT_FOUND'), 7_000)).toBe('told(SUCCESS)');
    expect(eventsAfter(asking, report('NOT_FOUND'), 8_000)).toBe('told(SUCCESS) ask(REFUND)');
    const again = after(asking, 8_000, report('NOT_FOUND'), start(), report('UNKNOWN'));
    const askedAgain = after(again, 60_000, proceedRefund);
    expect(again.state).toMatchObject({ refunds: { [refundId]: { sinceMs: again.atMs } } });
    expect(eventsAfter(askedAgain, report('NOT_FOUND'))).toBe('told(SUCCESS) ask(REFUND)');
    // A callback has it asked about before the timers would.
    const refundReference = refundId.replaceAll('-', '');
    const early = after(again, 2_000, gatewayCallback('REFUNDED', { refundReference }));
    expect(eventsAfter(early, report('NOT_FOUND'))).toBe('told(SUCCESS)');
  });
});

describe('a payment that is led at a gateway', () => {
  it('refuses a policy that cannot be', () => {
    const codeOf = (over: Partial<typeof policy>) =>
      when(after(null), create({ gateway: { ...policy, ...over } })).code;
    expect(codeOf({ attemptsMax: 0 })).toBe('POLICY_OUT_OF_RANGE');
    expect(codeOf({ attemptsMax: 21 })).toBe('POLICY_OUT_OF_RANGE');
    expect(codeOf({ queryIntervalMs: 999 })).toBe('POLICY_OUT_OF_RANGE');
    expect(codeOf({ queryIntervalMs: 3_600_001 })).toBe('POLICY_OUT_OF_RANGE');
    expect(codeOf({})).toBeNull();
  });

  it('tells its worker everything that a call needs', () => {
    expect(situations.created.events[1]).toEqual({
      type: 'GatewayCallRequested',
      data: {
        ...{ payNo: 'PAY1', orderNo: 'O-1', callId: 'e1', kind: 'CREATE', channel: 'MOCK' },
        ...{ attempt: 1, reference: 'PAY1', amountMinor: 9_999n, currency: 'CNY' },
        ...{ subject: 'a plumb bob', returnUrl: null, expireAt: t0 + lifetimeMs, requestedAt: t0 },
        ...{ gatewayTransactionId: null, handle: null, reason: null, refundId: null },
        ...{ refundReference: null, refundAmountMinor: null, gatewayRefundId: null },
        account: null,
      },
    });
    expect(situations['refund asked for'].events.at(-1)).toMatchObject({
      data: {
        ...{ kind: 'REFUND', gatewayTransactionId: 'G-1', refundId, refundAmountMinor: 4_000n },
        refundReference: '00000000000080008000000000000001',
      },
    });
  });

  it('stands in its answers with what contract 1 shows, and where it is paid', () => {
    const kept = create({ merchant: null });
    const processing = after(null, kept, start(), report('ACCEPTED'));
    const { told, command, decision } = when(processing, kept);
    expect(paymentDecider.answer(told.state, command, decision)).toMatchObject({
      ...{ status: 'PAYING', payUrl: 'https://pay/1', capturedMinor: '0', refundedMinor: '0' },
    });
  });
});
