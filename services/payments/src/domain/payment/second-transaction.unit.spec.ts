import type { GatewayAnswer } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { Told } from '../../testing/led-payments.ts';
import {
  after,
  close,
  create,
  gatewayCallback,
  answerOf,
  proceed,
  proceedRefund,
  query,
  refund,
  refundSecond,
  report,
  short,
  start,
  when,
} from '../../testing/led-payments.ts';
import { otherTransactionsMax } from './limits.ts';
import { refundedMinor, reservedMinor } from './refunds.ts';

const anotherId = '00000000-0000-8000-8000-000000000002';
const thirdId = '00000000-0000-8000-8000-000000000003';
const asksAboutIt = [query, start(), report('PAID', { gatewayTransactionId: 'G-2' })] as const;

const paidAt = (channel: 'LAKALA' | 'MOCK') =>
  after(null, create({ channel }), start(), report('ACCEPTED'), 30_000, proceed, report('PAID'));
const paid = paidAt('LAKALA');
/** By G-1, and by G-2 as well. */
const paidTwice = after(paid, ...asksAboutIt);

/** What a refund comes to: its events in short, `=`, or why not. */
const comesTo = (told: Told, step: Parameters<typeof when>[1]): string => {
  const { code, events } = when(told, step);
  return code ?? (events.map(short).join(' ') || '=');
};

const sumsOf = ({ state }: Told) =>
  state.status === 'none'
    ? null
    : {
        first: reservedMinor(state, null),
        second: reservedMinor(state, 'G-2'),
        back: refundedMinor(state),
      };

describe('killbill#1015: a payment that was captured twice', () => {
  it('gives the second back, by its own number, and the first stays', () => {
    const asked = when(paidTwice, refundSecond());
    expect(asked.events).toMatchObject([
      {
        type: 'RefundRequested',
        data: { amountMinor: 9_999n, gatewayTransactionId: 'G-2', automatic: false },
      },
      {
        type: 'GatewayCallRequested',
        data: { kind: 'REFUND', refundAmountMinor: 9_999n, gatewayTransactionId: 'G-2' },
      },
    ]);
    const done = when(after(asked.told, start()), report('REFUNDED'));
    expect(done.events.at(-1)).toMatchObject({
      type: 'RefundSucceeded',
      data: { amountMinor: 9_999n, gatewayTransactionId: 'G-2' },
    });
    expect(sumsOf(done.told)).toEqual({ first: 0n, second: 9_999n, back: 0n });
    // And what was paid can still be given back, by the number of the first.
    expect(when(done.told, refund(9_999n, { refundId: anotherId })).events.at(-1)).toMatchObject({
      data: { kind: 'REFUND', gatewayTransactionId: 'G-1' },
    });
  });

  it('asks after the refund of the second by the number of the second', () => {
    const unknown = after(paidTwice, refundSecond(), start(), report('UNKNOWN'), 2_000);
    expect(when(unknown, proceedRefund).events).toMatchObject([
      { data: { kind: 'QUERY_REFUND', gatewayTransactionId: 'G-2' } },
    ]);
  });

  it('gives back what is left of the second, never more than was asked for, and nothing twice', () => {
    const part = after(paidTwice, refundSecond({ amountMinor: 4_000n }));
    expect(comesTo(part, refundSecond({ amountMinor: 4_000n }))).toBe('=');
    const rest = when(part, refundSecond({ refundId: anotherId }));
    expect(rest.events[0]).toMatchObject({ data: { amountMinor: 5_999n } });
    expect(comesTo(rest.told, refundSecond({ refundId: anotherId }))).toBe('=');
    expect(comesTo(rest.told, refundSecond({ refundId: thirdId }))).toBe('REFUND_EXCEEDS_CAPTURED');
  });

  it('may try again what the gateway would not give back', () => {
    const failed = after(paidTwice, refundSecond(), start(), report('REFUSED'));
    expect(comesTo(failed, refundSecond({ refundId: anotherId }))).toBe(
      'RefundRequested ask(REFUND)',
    );
  });
});

describe('the second transaction is given back only where it is certain which that is', () => {
  it('not where money of the first goes back: then the buyer may pay with the second', () => {
    const first = after(paidTwice, refund(1n, { refundId: anotherId }));
    expect(comesTo(first, refundSecond())).toBe('FIRST_REFUNDED');
    const failed = after(first, start(), report('REFUSED'));
    expect(comesTo(failed, refundSecond())).toBe('RefundRequested ask(REFUND)');
  });

  it('not where there are three', () => {
    const again = report('PAID', { gatewayTransactionId: 'G-3' });
    const thrice = after(paidTwice, query, start(), again);
    expect(comesTo(thrice, refundSecond())).toBe('TRANSACTIONS_SEVERAL');
    const { state } = after(
      thrice,
      query,
      start(),
      report('PAID', { gatewayTransactionId: 'G-4' }),
    );
    expect(state).toMatchObject({ otherTransactions: ['G-2', 'G-3'] });
    expect(otherTransactionsMax).toBe(2);
  });

  it('not on the word of a callback alone, nor of one of another amount or currency', () => {
    const answer = answerOf('PAID', { gatewayTransactionId: 'G-2' });
    const called = after(paid, gatewayCallback('PAID', { channel: 'LAKALA', answer }));
    expect(called.events.at(-1)).toMatchObject({
      ...{ type: 'PaymentReportMismatched', data: { field: 'TRANSACTION', source: 'CALLBACK' } },
    });
    expect(comesTo(called, refundSecond())).toBe('NO_SECOND_TRANSACTION');
    for (const over of [{ amountMinor: 1n }, { currency: 'JPY' }] as Partial<GatewayAnswer>[]) {
      const other = report('PAID', { gatewayTransactionId: 'G-2', ...over });
      const told = after(paid, query, start(), other);
      expect(comesTo(told, refundSecond())).toBe('NO_SECOND_TRANSACTION');
    }
  });

  it('not of a payment that did not succeed, nor in another currency, nor nothing of it', () => {
    const late = after(
      null,
      create({ channel: 'LAKALA' }),
      start(),
      report('ACCEPTED'),
      close,
      report('PENDING'),
    );
    const closed = after(late, report('CLOSED'), query, report('PAID'));
    expect(comesTo(closed, refundSecond())).toBe('PAYMENT_NOT_SUCCEEDED');
    expect(comesTo(paidTwice, refundSecond({ currency: 'JPY' }))).toBe('CURRENCY_DIFFERS');
    expect(comesTo(paidTwice, refundSecond({ amountMinor: 0n }))).toBe('AMOUNT_OUT_OF_RANGE');
    expect(comesTo(paidTwice, refundSecond({ refundId: 'x' }))).toBe('REFUND_ID_INVALID');
    expect(comesTo(paidTwice, refundSecond({ payNo: 'PAY2' }))).toBe('PAYMENT_NOT_FOUND');
  });

  it('not at a gateway that would give back of the first', () => {
    const told = after(paidAt('MOCK'), ...asksAboutIt);
    expect(comesTo(told, refundSecond())).toBe('SECOND_NOT_REFUNDABLE');
  });

  it('and one id is one refund, of the one or of the other', () => {
    const second = after(paidTwice, refundSecond());
    expect(comesTo(second, refund(9_999n))).toBe('REFUND_PARAMETERS_DIFFER');
    expect(comesTo(second, refundSecond({ amountMinor: 1n }))).toBe('REFUND_PARAMETERS_DIFFER');
    const first = after(paidTwice, refund(9_999n));
    expect(comesTo(first, refundSecond())).toBe('REFUND_PARAMETERS_DIFFER');
  });
});
