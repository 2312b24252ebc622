import { routingKey, slotOf, slotOfUuid } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import {
  after,
  contextAt,
  create,
  merchant,
  refundId,
  refundOrder,
  situations,
  transactionConflict,
  when,
} from '../../testing/led-payments.ts';
import { conflictsRemembered } from './limits.ts';
import { paymentOrderIdOf } from './merchant.ts';
import { paymentDecider } from './payment.ts';

const other = (fingerprint: string) => create({ merchant: { ...merchant, fingerprint } });

/** What the edge is told. */
const answered = (told: typeof situations.created, command: ReturnType<typeof create>) => {
  const done = when(told, command);
  const decision = paymentDecider.decide(command, told.state, contextAt(told, told.atMs));
  return paymentDecider.answer(done.told.state, command, decision) as Record<string, unknown>;
};

it('the id of a payment order is a function of app and number, and carries their slot', () => {
  const id = paymentOrderIdOf('demo_app', 'ORDER_1');
  expect(id).toBe(paymentOrderIdOf('demo_app', 'ORDER_1'));
  expect(slotOfUuid(id)).toBe(slotOf(routingKey('demo_app', 'ORDER_1')));
  expect(id).not.toBe(paymentOrderIdOf('demo_app', 'ORDER_2'));
});

describe('a merchant’s request', () => {
  it('is the first when the payment has its number, and a repeat when only the parameters are', () => {
    const none = { events: [], state: paymentDecider.initialState, atMs: 0 };
    expect(answered(none, create())).toMatchObject({ request: 'FIRST', sameKey: true });
    const repeat = create({ payNo: 'PAY2' });
    expect(answered(situations.processing, repeat)).toMatchObject({
      ...{ request: 'REPEATED', sameKey: true },
      payment: { payNo: 'PAY1', status: 'PAYING' },
    });
    const otherKey = create({ payNo: 'PAY2', merchant: { ...merchant, idempotencyKey: 'k2' } });
    expect(answered(situations.created, otherKey)).toMatchObject({ sameKey: false });
    const noKey = create({ payNo: 'PAY2', merchant: { ...merchant, idempotencyKey: null } });
    expect(answered(situations.created, noKey)).toMatchObject({ sameKey: false });
  });

  it('with other parameters is shown nothing of the payment', () => {
    const data = { payNo: 'PAY2', merchant: { ...merchant, fingerprint: 'f2' } };
    expect(answered(situations.succeeded, create(data))).toEqual({
      ...{ request: 'CONFLICTING', sameKey: true },
    });
  });

  it('with other parameters is told once for each, and names what differs', () => {
    const asked = create({
      ...{ amountMinor: 1n, currency: 'EUR' },
      merchant: { ...merchant, orderType: 'RECHARGE', subject: 'x', fingerprint: 'f2' },
    });
    const { events, told } = when(situations.created, asked);
    expect(events).toMatchObject([
      { data: { fields: ['amount', 'currency', 'order_type', 'subject'], fingerprint: 'f2' } },
    ]);
    expect(when(told, asked).events).toEqual([]);
    expect(when(told, other('f3')).events).toMatchObject([{ data: { fields: ['extra_data'] } }]);
  });

  it('with other parameters is not kept for ever: after some of them it is known', () => {
    let told = situations.created;
    for (let i = 0; i < conflictsRemembered; i += 1) told = after(told, other(`f-${i}`));
    expect(when(told, other('one more')).events).toEqual([]);
  });
});

describe('a refund order', () => {
  it('is answered with what was asked for, again and again', () => {
    const done = when(situations.succeeded, refundOrder({ reason: 'broken' }));
    const answer = paymentDecider.answer(
      done.told.state,
      done.command,
      paymentDecider.decide(done.command, situations.succeeded.state, contextAt(done.told, 0)),
    );
    expect(answer).toMatchObject({ refundId, amountMinor: '4000', reason: 'broken' });
    expect(when(done.told, refundOrder({ reason: 'broken' })).events).toEqual([]);
  });

  it('with other parameters under one id is refused', () => {
    const { told } = when(situations.succeeded, refundOrder());
    for (const over of [{ amountMinor: 1n }, { reason: 'another' }])
      expect(when(told, refundOrder(over)).code).toBe('REFUND_PARAMETERS_DIFFER');
  });

  it('of a payment whose order is kept here there is none', () => {
    const none = { events: [], state: paymentDecider.initialState, atMs: 0 };
    const { told } = when(none, create({ merchant: null }));
    expect(when(told, refundOrder()).code).toBe('PAYMENT_NOT_FOUND');
  });
});

it('one transaction behind two payments is told once', () => {
  const { told, events } = when(situations.succeeded, transactionConflict());
  expect(events).toMatchObject([
    { type: 'PaymentTransactionConflicted', data: { otherPayNo: 'PAY9', orderNo: 'O-1' } },
  ]);
  expect(when(told, transactionConflict()).events).toEqual([]);
});
