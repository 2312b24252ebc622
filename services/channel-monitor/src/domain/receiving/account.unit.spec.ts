import { jsonBytesOf } from '@plumbline/kernel';
import { describe, expect, it } from 'vitest';
import type { AccountCommand } from './commands.ts';
import * as limits from './limits.ts';
import * as c from './testing-commands.ts';
import type { Step } from './testing-account.ts';
import { lastOf, openAccount } from './testing-account.ts';

const ten = 1_000n;
const other = { tenant: 'main', pid: '1000', aid: '2' };
const many = Array.from({ length: 21 }, (_, at) => ({ ...c.wx, cid: `${at}`, channel: `c${at}` }));

const refused: readonly (readonly [code: string, ...steps: Step[]])[] = [
  ['ACCOUNT_NOT_FOUND', [c.money('m', ten)]],
  ['ACCOUNT_NOT_FOUND', [c.activate('a', ten)]],
  ['ACCOUNT_NOT_FOUND', [c.register()], [c.money('m', ten, other)]],
  ['ACCOUNT_NOT_FOUND', [c.register()], [c.register(other)]],
  ['ACCOUNT_EXISTS', [c.register()], [c.register({ name: 'other' })]],
  ['ACCOUNT_EXISTS', [c.register()], [c.register({ currency: 'JPY' })]],
  ['ID_INVALID', [c.register({ pid: '10.00' })]],
  ['ID_INVALID', [c.register({ aid: '' })]],
  ['NAME_INVALID', [c.register({ name: 'x'.repeat(65) })]],
  ['CURRENCY_DIFFERS', [c.register({ currency: 'yuan' })]],
  ['CHANNELS_INVALID', [c.register({ channels: [] })]],
  ['CHANNELS_INVALID', [c.register({ channels: many })]],
  ['CHANNELS_INVALID', [c.register({ channels: [c.wx, { ...c.ali, cid: '2' }] })]],
  ['CHANNELS_INVALID', [c.register({ channels: [c.wx, { ...c.ali, channel: c.wx.channel }] })]],
  ['CHANNELS_INVALID', [c.register({ channels: [{ ...c.wx, pattern: 2 }] })]],
  ['CHANNELS_INVALID', [c.register({ channels: [{ ...c.wx, payUrl: 'x'.repeat(257) }] })]],
  ['SETTINGS_INVALID', [c.register({ settings: { ...c.settings, offsetsMax: 100 } })]],
  ['SETTINGS_INVALID', [c.register({ settings: { ...c.settings, offsetStepMinor: 0n } })]],
  ['SETTINGS_INVALID', [c.register({ settings: { ...c.settings, settleMs: -1 } })]],
  ['SETTINGS_INVALID', [c.register({ settings: { ...c.settings, lateMs: -1 } })]],
  ['SETTINGS_INVALID', [c.register()], [c.change({ settings: { ...c.settings, lateMs: 1e12 } })]],
  ['ACCOUNT_PAUSED', [c.register()], [c.pause], [c.activate('a', ten)]],
  ['CURRENCY_DIFFERS', [c.register()], [c.activate('a', ten, { currency: 'JPY' })]],
  ['AMOUNT_OUT_OF_RANGE', [c.register()], [c.activate('a', 0n)]],
  ['AMOUNT_OUT_OF_RANGE', [c.register()], [c.activate('a', limits.amountMinorMax + 1n)]],
  ['EXPIRY_OVER', [c.register()], [c.activate('a', ten, { expireAt: c.t0 })]],
  ['EXPIRY_TOO_LATE', [c.register()], [c.activate('a', ten, { expireAt: c.t0 + 1e13 })]],
  ['CHANNEL_NOT_FOUND', [c.register()], [c.activate('a', ten, { cid: '9' })]],
  ['CHANNEL_NOT_FOUND', [offOf('2')], [c.activate('a', ten, { cid: '2' })]],
  ['REFERENCE_REUSED', [c.register()], [c.activate('a', ten)], [c.activate('a', 999n)]],
  ['ORDER_ENDED', [c.register()], [c.activate('a', ten)], [c.end('a')], [c.activate('a', ten)]],
  ['PLATFORM_ORDER_INVALID', [c.register()], [c.money('', ten)]],
  ['PLATFORM_ORDER_INVALID', [c.register()], [c.money('x'.repeat(65), ten)]],
  ['PLATFORM_ORDER_INVALID', [c.register()], [c.money('a b', ten)]],
  ['NAME_INVALID', [c.register()], [c.money('m', ten, { channel: '' })]],
  ['CURRENCY_DIFFERS', [c.register()], [c.money('m', ten, { currency: 'JPY' })]],
  ['AMOUNT_OUT_OF_RANGE', [c.register()], [c.money('m', 0n)]],
  ['AMOUNT_OUT_OF_RANGE', [c.register()], [c.money('m', -1n)]],
  ['MONEY_NOT_FOUND', [c.register()], [c.match('m', 'a')]],
  ['MONEY_NOT_FOUND', [c.register()], [c.setAside('m')]],
  ['ORDER_NOT_FOUND', [c.register()], [c.money('m', ten)], [c.match('m', 'a')]],
  ['MONEY_SETTLED', [c.register()], [c.money('m', ten)], [c.setAside('m')], [c.match('m', 'a')]],
  ['MONEY_SETTLED', [c.register()], [c.activate('a', 1n)], [c.money('m', 1n)], [c.setAside('m')]],
  ...orderPaid(),
  ['AMOUNTS_USED_UP', [offsets(1)], ...equal('a', 'b', 'c')],
  // Less than a cent is nothing that can be paid.
  ['AMOUNTS_USED_UP', [offsets(5, false)], ...equal('a', 'b')],
];

function offOf(cid: string): AccountCommand {
  const channels = [c.wx, c.ali].map((each) => (each.cid === cid ? off(each) : each));
  return c.register({ channels });
}
function off<T extends object>(channel: T) {
  return { ...channel, enabled: false };
}
function offsets(offsetsMax: number, offsetUp = true): AccountCommand {
  return c.register({ settings: { ...c.settings, offsetsMax, offsetUp } });
}
function equal(...names: readonly string[]): Step[] {
  return names.map((name) => [c.activate(name, 1n)] as const);
}
function orderPaid(): readonly (readonly [string, ...Step[]])[] {
  const paid: Step[] = [[c.register()], [c.activate('a', ten)], [c.money('m1', ten)]];
  return [['ORDER_PAID', ...paid, [c.money('m2', ten)], [c.match('m2', 'a')]]];
}

const refusals = refused.map(([code, ...steps]) => ({ code, steps }));

it.each(refusals)('refuses with $code what cannot be (%#)', ({ code, steps }) => {
  const told = lastOf(...steps);
  expect([told.code, told.events]).toEqual([code, []]);
});

describe('an order', () => {
  it('is told what to pay and where, the amount with its offset put into the link', () => {
    const payUrl = 'https://pay.example/q?sum={amount}&again={amount}';
    const settings = { ...c.settings, offsetsMax: 1 };
    const open = c.register({ channels: [{ ...c.wx, payUrl }], settings });
    const { answer } = lastOf(
      [open],
      [c.activate('a', ten)],
      [c.activate('b', ten, { cid: null })],
    );
    expect(answer).toEqual({
      order: {
        ...{
          reference: 'R-b',
          orderNo: 'O-b',
          payNo: 'PAY-b',
          cid: '2',
          type: 'wxpay',
          pattern: 1,
        },
        ...{ status: 'ACTIVE', amountMinor: '1000', payableMinor: '1001', currency: 'CNY' },
        payUrl: 'https://pay.example/q?sum=10.01&again=10.01',
        ...{ expireAtMs: c.t0 + 180_000, platformOrder: null, toldMinor: null },
      },
    });
  });

  it('that is activated again is the same; asked about, it says how it stands', () => {
    const account = openAccount();
    account.tell(c.register());
    const first = account.tell(c.activate('a', ten));
    const again = account.tell(c.activate('a', ten), 1);
    expect([again.decision.kind, again.answer]).toEqual(['unchanged', first.answer]);
    expect(account.tell(c.query('b')).answer).toEqual({ order: null });
    expect(account.tell(c.end('b')).answer).toEqual({ order: null });
    account.tell(c.money('m', ten));
    const paid = { order: { status: 'PAID', platformOrder: 'm', toldMinor: '1000', payUrl: null } };
    expect(account.tell(c.query('a')).answer).toMatchObject(paid);
    expect(account.tell(c.end('a')).answer).toMatchObject(paid);
    expect(account.tell(c.activate('a', ten)).answer).toMatchObject(paid);
    expect(account.timers()).toEqual([]);
  });

  it('ends by itself when its time is over, all whose time is over at once', () => {
    const account = openAccount();
    account.tell(c.register());
    account.tell(c.activate('a', ten));
    account.tell(c.activate('b', 2n));
    account.tell(c.activate('d', 3n, { expireAt: c.t0 + 180_001 }));
    expect(account.timers()).toEqual([{ name: 'expire', dueMs: c.t0 + 180_000 }]);
    const standing = (name: string) =>
      (account.tell(c.query(name), 180_000).answer as { order: { status: string } }).order.status;
    expect(['a', 'b', 'd'].map(standing)).toEqual(['EXPIRED', 'EXPIRED', 'ACTIVE']);
    expect(account.timers()).toEqual([{ name: 'expire', dueMs: c.t0 + 180_001 }]);
  });
});

describe('an account', () => {
  it('registered, changed, paused and resumed twice is as it was after the first time', () => {
    const account = openAccount();
    const named = c.change({ name: 'other' });
    for (const command of [c.register(), named, c.pause, c.resume]) {
      expect(account.tell(command).decision.kind).toBe('accepted');
      expect(account.tell(command).decision.kind).toBe('unchanged');
    }
    const told = account.tell(c.resume);
    expect(told.answer).toMatchObject({
      account: { name: 'other', status: 'OPEN', activeOrders: 0, unmatched: 0 },
    });
  });

  it('at all its limits is a record that the log takes, and then refuses what it could not keep', () => {
    const account = openAccount();
    const payUrl = 'x'.repeat(limits.payUrlCharsMax);
    const channels = many.slice(1).map((each) => ({ ...each, payUrl, type: '付'.repeat(64) }));
    account.tell(c.register({ channels, name: '店'.repeat(64) }));
    const long = (kind: string, at: number) => `${kind}${at}`.padEnd(32, '9');
    const of = (at: number, over: object = {}) =>
      c.activate('x', 1n, {
        ...{ cid: null, reference: long('R', at), orderNo: '单'.repeat(32), payNo: long('P', at) },
        ...over,
      });
    const money = (at: number, amount: bigint) =>
      c.money(`m${at}`.padEnd(64, 'x'), amount, {
        ...{ payway: '付'.repeat(64), channel: 'c1', reportedBy: 'mc_'.padEnd(64, 'x') },
      });
    // Paid and closed ones first, to fill both memories.
    for (let at = 0; at < 1_100; at += 1) {
      account.tell(of(at));
      account.tell(money(at, 1n));
    }
    for (let at = 2_000; at < 2_000 + limits.activeMax; at += 1) account.tell(of(at));
    expect(account.tell(of(9_000)).code).toBe('TOO_MANY_ORDERS');
    for (let at = 2_000; at < 2_000 + limits.unmatchedMax; at += 1) account.tell(money(at, 2n));
    expect(account.tell(money(9_000, 2n)).code).toBe('TOO_MUCH_UNMATCHED');
    // What is known stays so.
    expect(account.tell(money(2_000, 2n)).answer).toMatchObject({ result: 'DUPLICATE' });
    const bytes = jsonBytesOf(account.state());
    expect(bytes).toBeGreaterThan(700_000);
    expect(bytes).toBeLessThan(1_000_000);
  });
});
