import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderCommand } from './commands.ts';
import { orderDecider } from './order.ts';
import type { OrderState } from './state.ts';

const payBy = anyContext.atMs + 50;
const orderNo = 'O-1';
const payNo = fc.constantFrom('PAY-1', 'PAY-2');
const paymentEventId = fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5');
const report = fc.record({ orderNo: fc.constant(orderNo), payNo, paymentEventId });

const anyPurchase = fc.constantFrom(
  null,
  { buyer: 'u1', balanceMinor: 0n, channel: 'MOCK' },
  { buyer: 'u1', balanceMinor: 1n, channel: 'MOCK' },
  { buyer: 'u1', balanceMinor: 100n, channel: null },
);

const anyCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.tuple(fc.constantFrom('a', 'b'), anyPurchase).map(([fingerprint, purchase]): OrderCommand => ({
    type: 'CreateOrder',
    data: {
      ...{ orderNo, tenant: 'main', amountMinor: 100n, currency: 'CNY' },
      ...{ payBy, idempotencyKey: null, fingerprint, purchase },
      items: [{ sku: 'tea', quantity: 1, unitAmountMinor: 100n }],
    },
  })),
  fc.constant<OrderCommand>({ type: 'CancelOrder', data: { orderNo, reason: 'mind' } }),
  fc.constant<OrderCommand>({ type: 'ExpireOrder', data: {} }),
  fc.tuple(report, fc.boolean()).map(([data, atGateway]): OrderCommand => ({
    type: 'AwaitPayment',
    data: { ...data, atGateway },
  })),
  fc.tuple(report, fc.constantFrom(100n, 99n)).map(([data, amountMinor]): OrderCommand => ({
    type: 'ConfirmPayment',
    data: { ...data, amountMinor, currency: 'CNY', paidAt: 1 },
  })),
  fc.constant<OrderCommand>({ type: 'FailOrder', data: { orderNo, reason: 'no stock' } }),
  fc.constantFrom(100n, 99n).map((amountMinor): OrderCommand => ({
    type: 'SettleOrder',
    data: { orderNo, holdId: orderNo, amountMinor, currency: 'CNY' },
  })),
  report.map((data): OrderCommand => ({ type: 'FailPayment', data: { ...data, reason: 'no' } })),
  fc
    .tuple(report, fc.constantFrom('TIMED_OUT', 'operator'))
    .map(([data, reason]): OrderCommand => ({
      type: 'RecordPaymentClosed',
      data: { ...data, reason },
    })),
);

/** Commands with the broker times at which they come, which never run backwards. */
const anyHistory = fc.array(fc.tuple(anyCommand, fc.nat({ max: 20 })), { maxLength: 25 });

const ends = new Set(['PAID', 'FAILED', 'EXPIRED', 'CANCELLED']);

function run(
  history: readonly (readonly [OrderCommand, number])[],
  each: (step: {
    before: OrderState;
    after: OrderState;
    command: OrderCommand;
    atMs: number;
  }) => void,
): OrderState {
  let state = orderDecider.initialState;
  let { atMs } = anyContext;
  for (const [command, elapsedMs] of history) {
    atMs += elapsedMs;
    const before = state;
    const decision = orderDecider.decide(command, state, { ...anyContext, atMs });
    if (decision.kind === 'accepted')
      state = decision.events.reduce((s, e) => orderDecider.evolve(s, e), state);
    each({ before, after: state, command, atMs });
  }
  return state;
}

describe('whatever is asked of an order, in whatever order', () => {
  it('the same command twice makes no second event', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        run(history, ({ after, command, atMs }) => {
          const again = orderDecider.decide(command, after, { ...anyContext, atMs });
          expect(again.kind).not.toBe('accepted');
        });
      }),
      { numRuns: 300 },
    );
  });

  it('an end is never left', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        run(history, ({ before, after }) => {
          if (ends.has(before.status)) expect(after.status).toBe(before.status);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('an order that is paid was paid in full, and evolve takes every decided event', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        run(history, ({ before, after, command }) => {
          if (before.status === after.status || after.status !== 'PAID') return;
          const fromBalance = after.purchase?.balanceMinor ?? 0n;
          const isSettled = fromBalance === after.amountMinor;
          const amountMinor = isSettled ? after.amountMinor : after.amountMinor - fromBalance;
          expect(command).toMatchObject({
            type: isSettled ? 'SettleOrder' : 'ConfirmPayment',
            data: { amountMinor, currency: after.currency },
          });
        });
      }),
      { numRuns: 300 },
    );
  });

  it('an order whose payment is at a gateway expires by the word of that payment only', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        run(history, ({ before, after, command }) => {
          if (before.status !== 'WAITING_PAYMENT' || before.expiry === 'deadline') return;
          if (after.status === 'EXPIRED') expect(command.type).toBe('RecordPaymentClosed');
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('an open order wants exactly its deadline until it has told of it, and every answer is JSON', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const state = run(history, ({ after, command }) => {
          const answer = orderDecider.answer(after, command, { kind: 'unchanged' });
          expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
        });
        const waits = state.status === 'WAITING_PAYMENT' && state.expiry !== 'requested';
        const open = state.status === 'PENDING' || waits;
        expect(orderDecider.timers(state)).toHaveLength(open ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });
});
