import type { Purchase } from '@plumbline/events';
import { anyContext, given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { OrderCommand } from './commands.ts';
import type { OrderEvent } from './events.ts';
import { orderDecider } from './order.ts';

const payBy = anyContext.atMs + 1_800_000;
const orderNo = 'O-1';

const create = (over: Partial<Purchase> = {}): OrderCommand => ({
  type: 'CreateOrder',
  data: {
    ...{ orderNo, tenant: 'main', amountMinor: 9_000n, currency: 'CNY', payBy },
    ...{ idempotencyKey: null, fingerprint: 'a' },
    items: [{ sku: 'tea', quantity: 3, unitAmountMinor: 3_000n }],
    purchase: { buyer: 'u1', balanceMinor: 2_000n, channel: 'MOCK', ...over },
  },
});
const fromBalance = create({ balanceMinor: 9_000n, channel: null });
const payment = { orderNo, payNo: 'PAY-1' };
const wait: OrderCommand = {
  type: 'AwaitPayment',
  data: { ...payment, paymentEventId: 'e1', atGateway: false },
};
const confirm = (amountMinor: bigint): OrderCommand => ({
  type: 'ConfirmPayment',
  data: { ...payment, paymentEventId: 'e2', amountMinor, currency: 'CNY', paidAt: 5 },
});
const failPayment: OrderCommand = {
  type: 'FailPayment',
  data: { ...payment, paymentEventId: 'e3', reason: 'no money' },
};
const cancel: OrderCommand = { type: 'CancelOrder', data: { orderNo, reason: 'mind' } };
const fail: OrderCommand = { type: 'FailOrder', data: { orderNo, reason: 'STOCK_INSUFFICIENT' } };
const settle = (over: object = {}): OrderCommand => ({
  type: 'SettleOrder',
  data: { orderNo, holdId: orderNo, amountMinor: 9_000n, currency: 'CNY', ...over },
});
const expire: OrderCommand = { type: 'ExpireOrder', data: {} };

function history(...commands: readonly OrderCommand[]): readonly OrderEvent[] {
  let events: readonly OrderEvent[] = [];
  for (const command of commands) {
    const context = command.type === 'ExpireOrder' ? { atMs: payBy } : {};
    events = [...events, ...given(orderDecider, events).when(command, context).events];
  }
  return events;
}

/** Of a purchase that a balance pays in part, and of one that it pays whole. */
const histories = {
  none: [[], []],
  PENDING: [history(create()), history(fromBalance)],
  WAITING_PAYMENT: [history(create(), wait), history(fromBalance, wait)],
  PAID: [history(create(), wait, confirm(7_000n)), history(fromBalance, settle())],
  FAILED: [history(create(), wait, failPayment), history(fromBalance, fail)],
  EXPIRED: [history(create(), expire), history(fromBalance, expire)],
  CANCELLED: [history(create(), cancel), history(fromBalance, cancel)],
} as const;

type Status = keyof typeof histories;

/** What meets the first, and what meets the second. */
const table: Readonly<Record<string, Readonly<Record<Status, readonly [string, string]>>>> = {
  FailOrder: {
    none: ['ORDER_NOT_FOUND', 'ORDER_NOT_FOUND'],
    PENDING: ['OrderFailed', 'OrderFailed'],
    WAITING_PAYMENT: ['ORDER_AWAITS_PAYMENT', 'ORDER_AWAITS_PAYMENT'],
    PAID: ['ORDER_ALREADY_PAID', 'ORDER_ALREADY_PAID'],
    FAILED: ['=', '='],
    EXPIRED: ['=', '='],
    CANCELLED: ['=', '='],
  },
  SettleOrder: {
    none: ['ORDER_NOT_FOUND', 'ORDER_NOT_FOUND'],
    PENDING: ['ORDER_NOT_PAID_FROM_BALANCE', 'OrderPaidFromBalance'],
    WAITING_PAYMENT: ['ORDER_NOT_PAID_FROM_BALANCE', 'OrderPaidFromBalance'],
    PAID: ['ORDER_NOT_PAID_FROM_BALANCE', '='],
    FAILED: ['ORDER_NOT_PAID_FROM_BALANCE', 'ORDER_ENDED'],
    EXPIRED: ['ORDER_NOT_PAID_FROM_BALANCE', 'ORDER_ENDED'],
    CANCELLED: ['ORDER_NOT_PAID_FROM_BALANCE', 'ORDER_ENDED'],
  },
};

describe('what a checkout asks of its order, in every status', () => {
  for (const [name, row] of Object.entries(table)) {
    for (const [status, expected] of Object.entries(row)) {
      it(`${name} in ${status}: ${expected.join(' and ')}`, () => {
        const command = name === 'FailOrder' ? fail : settle();
        const met = histories[status as Status].map((events) => {
          const before = given(orderDecider, events);
          expect(before.state.status).toBe(status);
          const after = before.when(command);
          const types = after.events.map(({ type }) => type).join(' ');
          return after.code ?? (types || '=');
        });
        expect(met).toEqual(expected);
      });
    }
  }
});

describe('a purchase', () => {
  it('is paid by exactly what its balance leaves', () => {
    const { WAITING_PAYMENT } = histories;
    for (const amountMinor of [9_000n, 6_999n, 2_000n]) {
      const { state } = given(orderDecider, WAITING_PAYMENT[0]).when(confirm(amountMinor));
      expect(state.status).toBe('WAITING_PAYMENT');
    }
    expect(given(orderDecider, WAITING_PAYMENT[0]).when(confirm(7_000n)).state.status).toBe('PAID');
  });

  it('is not paid by a payment of nothing when its balance pays all of it', () => {
    const { state } = given(orderDecider, histories.PENDING[1]).when(confirm(9_000n));
    expect(state.status).toBe('PENDING');
  });

  it('is settled by its whole sum only, at the broker time of the command', () => {
    const pending = given(orderDecider, histories.PENDING[1]);
    expect(pending.when(settle({ amountMinor: 8_999n })).code).toBe('ORDER_NOT_PAID_FROM_BALANCE');
    expect(pending.when(settle({ currency: 'USD' })).code).toBe('ORDER_NOT_PAID_FROM_BALANCE');
    expect(pending.when(settle()).events).toEqual([
      {
        type: 'OrderPaidFromBalance',
        data: {
          ...{ orderNo, holdId: orderNo, amountMinor: 9_000n, currency: 'CNY' },
          paidAt: anyContext.atMs,
        },
      },
    ]);
  });

  it('names a channel exactly when its balance leaves something to pay', () => {
    const code = (over: Partial<Purchase>) => given(orderDecider).when(create(over)).code;
    expect(code({ balanceMinor: -1n })).toBe('BALANCE_OUT_OF_RANGE');
    expect(code({ balanceMinor: 9_001n })).toBe('BALANCE_OUT_OF_RANGE');
    expect(code({ balanceMinor: 9_000n })).toBe('BALANCE_OUT_OF_RANGE');
    expect(code({ channel: null })).toBe('BALANCE_OUT_OF_RANGE');
    expect(code({ balanceMinor: 9_000n, channel: null })).toBeNull();
    expect(code({ balanceMinor: 0n })).toBeNull();
  });

  it('is shown in the answer, its balance as text of minor units', () => {
    const { state, decision } = given(orderDecider, histories.PENDING[0]).when(create());
    expect(orderDecider.answer(state, create(), decision)).toMatchObject({
      purchase: { buyer: 'u1', balanceMinor: '2000', channel: 'MOCK' },
    });
  });
});
