import { describe, expect, it } from 'vitest';
import { accountsOf, byAccount, createOrders, reportOf } from './orders.ts';

const accounts = accountsOf('b', 3);

describe('orders on accounts', () => {
  it('are over all of them in turn, and never of one amount twice on one', () => {
    const make = createOrders(accounts);
    const orders = [...make('first', 4), ...make('second', 5)];
    expect(orders.map(({ account }) => account.pid)).toEqual(
      Array.from({ length: 3 }, () => ['b000', 'b001', 'b002']).flat(),
    );
    const seen = orders.map(({ account, amountMinor }) => `${account.pid} ${amountMinor}`);
    expect(new Set(seen).size).toBe(9);
    expect(orders.map(({ orderNo }) => orderNo)[4]).toBe('second-0');
  });

  it('can be told one account after another, each in its order', () => {
    const orders = createOrders(accounts)('O', 7);
    const sorted = byAccount(orders);
    expect(sorted.map(({ account }) => account.pid).join()).toBe(
      'b000,b000,b000,b001,b001,b002,b002',
    );
    expect(sorted.slice(0, 3).map(({ orderNo }) => orderNo)).toEqual(['O-0', 'O-3', 'O-6']);
    expect(new Set(sorted)).toEqual(new Set(orders));
  });

  it('are refused where there is nothing to pay into', () => {
    expect(() => createOrders([])('O', 1)).toThrow('no account');
  });
});

describe('a report of money', () => {
  it('has the fields of contract 0, and an amount of two decimals at most', () => {
    const order = createOrders(accounts)('O', 13)[12];
    if (order === undefined) throw new Error('there are thirteen');
    expect(reportOf(order)).toMatchObject({
      ...{ pid: 'b000', aid: '1', payway: 'wxpay', channel: 'wxpay1#b000' },
      ...{ price: 10.04, platformOrder: 'wx-O-12' },
    });
    expect(JSON.parse(reportOf(order).rawPayload)).toMatchObject({ text: '10.04 came in' });
  });
});
