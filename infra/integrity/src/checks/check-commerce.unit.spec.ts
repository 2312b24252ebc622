import type { AccountsEvent, CheckoutEvent, InventoryEvent, OrdersEvent } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { CommerceLog } from './check-commerce.ts';
import { commerceViolations } from './check-commerce.ts';

const key = 'main/O-1';
/** Only what the checker looks at. */
const stock = (type: InventoryEvent['type'], quantity: number, over: object = {}) =>
  ({
    type,
    data: { sku: 'tea', reservationId: 'O-1-1', orderNo: 'O-1', quantity, ...over },
  }) as unknown as InventoryEvent;
const money = (type: AccountsEvent['type'], amountMinor: bigint) =>
  ({
    type,
    data: { account: 'ann', holdId: 'O-1', orderNo: 'O-1', amountMinor, currency: 'CNY' },
  }) as unknown as AccountsEvent;
const order = (type: OrdersEvent['type'], isHeard = true) => ({
  ...{ key, isHeard },
  event: {
    type,
    data: {
      ...{ orderNo: 'O-1', items: [{ sku: 'tea', quantity: 2, unitAmountMinor: 50n }] },
      purchase: { buyer: 'ann', balanceMinor: 30n, channel: 'MOCK' },
    },
  } as unknown as OrdersEvent,
});
const checkout = (type: CheckoutEvent['type']) => ({
  ...{ key, event: { type, data: { orderNo: 'O-1' } } as unknown as CheckoutEvent },
});

const received = stock('StockReceived', 2);
const reserved = stock('StockReserved', 2);
const credited = money('AccountCredited', 30n);
const held = money('FundsHeld', 30n);

const paid: CommerceLog = {
  inventory: [received, reserved, stock('StockConfirmed', 2)],
  accounts: [credited, held, money('HoldCaptured', 30n)],
  orders: [order('OrderCreated'), order('OrderPaid')],
  checkouts: [checkout('CheckoutStarted'), checkout('CheckoutCompleted')],
};
const unpaid: CommerceLog = {
  inventory: [received, reserved, stock('StockReleased', 2)],
  accounts: [credited, held, money('HoldReleased', 30n)],
  orders: [order('OrderCreated'), order('OrderExpired')],
  checkouts: [checkout('CheckoutStarted'), checkout('CheckoutCompensated')],
};
const open: CommerceLog = {
  ...{ inventory: [received, reserved], accounts: [credited, held] },
  ...{ orders: [order('OrderCreated')], checkouts: [checkout('CheckoutStarted')] },
};

describe('goods and money of purchases', () => {
  it.each([
    ['paid and handed over', paid],
    ['unpaid and given back', unpaid],
    ['still open', open],
    [
      'ended, which its checkout cannot have heard',
      { ...open, orders: [order('OrderCreated'), order('OrderPaid', false)] },
    ],
    [
      'handed over after its reservation ended by time',
      {
        ...paid,
        inventory: [
          ...[received, reserved, stock('ReservationExpired', 2)],
          stock('StockConfirmed', 2, { afterExpiry: true }),
        ],
      },
    ],
  ])('are right when it is %s', (_what, log) => {
    expect(commerceViolations(log)).toEqual([]);
  });

  it.each<[string, CommerceLog, string]>([
    ['more is sold than there is', { ...paid, inventory: paid.inventory.slice(1) }, 'stock of tea'],
    ['a balance is overdrawn', { ...paid, accounts: paid.accounts.slice(1) }, 'balance of ann'],
    [
      'goods leave twice',
      { ...paid, inventory: [...paid.inventory, stock('StockConfirmed', 2)] },
      'StockConfirmed when',
    ],
    [
      'goods are given back twice',
      { ...unpaid, inventory: [...unpaid.inventory, stock('StockReleased', 2)] },
      'StockReleased when',
    ],
    [
      'what was never put aside leaves',
      { ...paid, inventory: [received, stock('StockConfirmed', 2)] },
      'never put aside',
    ],
    [
      'another number leaves than was put aside',
      { ...paid, inventory: [received, reserved, stock('StockConfirmed', 1)] },
      'StockConfirmed when',
    ],
    ['a checkout hangs', { ...paid, checkouts: [] }, 'hangs'],
    [
      'a paid order is compensated',
      { ...paid, checkouts: unpaid.checkouts },
      'CheckoutCompensated',
    ],
    ['goods stay put aside', { ...unpaid, inventory: [received, reserved] }, 'is open'],
    ['goods leave for an unpaid order', { ...unpaid, inventory: paid.inventory }, 'is taken'],
    ['goods leave before the end', { ...open, inventory: paid.inventory }, 'has not ended'],
    ['whoever paid got nothing', { ...paid, inventory: [received] }, '0 of 2 pieces'],
    ['nothing came off the account', { ...paid, accounts: [credited] }, '0 of 30'],
  ])('are wrong when %s', (_what, log, found) => {
    expect(
      commerceViolations(log)
        .map(({ what }) => what)
        .join(),
    ).toContain(found);
  });
});
