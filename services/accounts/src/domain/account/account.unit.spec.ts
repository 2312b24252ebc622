import { anyContext, given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import { accountDecider } from './account.ts';
import type { AccountCommand } from './commands.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import * as limits from './limits.ts';
import { availableOf, balanceOf, heldOf } from './state.ts';
import { capture, credit, debit, expire, expireAt, hold, release } from './testing-commands.ts';

const late = { atMs: expireAt };
const contextOf = (command: AccountCommand) => (command === expire ? late : {});

/** Events that the decider itself makes of the commands. */
function told(...commands: readonly AccountCommand[]): readonly AccountEvent[] {
  const events: AccountEvent[] = [];
  for (const command of commands)
    events.push(...given(accountDecider, events).when(command, contextOf(command)).events);
  return events;
}

/** 5.00 CNY, of which nothing is held, and 10 JPY beside them. */
const funded = [credit('in-1', 600n), debit('out-1', 100n), credit('y', 10n, { currency: 'JPY' })];

/** What has become of the hold h1, of 3.00 CNY. */
const histories = {
  none: [],
  funded: told(...funded),
  OPEN: told(...funded, hold('h1', 300n)),
  CAPTURED: told(...funded, hold('h1', 300n), capture('h1')),
  RELEASED: told(...funded, hold('h1', 300n), release('h1')),
  EXPIRED: told(...funded, hold('h1', 300n), expire),
  'EXPIRED, its money gone': told(...funded, hold('h1', 300n), expire, hold('h9', 300n)),
  BARRED: told(...funded, release('h1')),
} as const satisfies Readonly<Record<string, readonly AccountEvent[]>>;

const few = 'FUNDS_INSUFFICIENT';
const none = 'ACCOUNT_NOT_FOUND';
const ended = 'HOLD_ENDED';
const seven = (cell: string): readonly string[] => Array<string>(7).fill(cell);

/** What a command meets in each of them: the event, `=` for unchanged, else the refusal's code. */
const table: readonly (readonly [string, AccountCommand, readonly string[]])[] = [
  ['credit', credit('in-2', 1n), ['AccountCredited', ...seven('AccountCredited')]],
  ['credit again', credit('in-1', 600n), ['AccountCredited', ...seven('=')]],
  ['credit another amount', credit('in-1', 601n), ['AccountCredited', ...seven('ID_REUSED')]],
  [
    'credit another currency',
    credit('in-1', 600n, { currency: 'JPY' }),
    ['AccountCredited', ...seven('ID_REUSED')],
  ],
  [
    'debit 3.00',
    debit('out-2', 300n),
    [
      ...[none, 'AccountDebited', few, few],
      ...['AccountDebited', 'AccountDebited', few, 'AccountDebited'],
    ],
  ],
  ['debit again', debit('out-1', 100n), [none, ...seven('=')]],
  ['debit what was a credit', debit('in-1', 600n), [none, ...seven('ID_REUSED')]],
  ['debit of another currency', debit('out-2', 11n, 'JPY'), [none, ...seven(few)]],
  ['hold', hold('h1', 300n), [none, 'FundsHeld', '=', '=', ended, ended, ended, ended]],
  [
    'hold another amount',
    hold('h1', 200n),
    [none, 'FundsHeld', ...Array<string>(5).fill('ID_REUSED'), ended],
  ],
  [
    'hold of another currency under the same id',
    hold('h1', 300n, { currency: 'JPY' }),
    [none, few, ...Array<string>(5).fill('ID_REUSED'), ended],
  ],
  [
    'hold for another',
    hold('h2', 300n),
    [none, 'FundsHeld', few, few, 'FundsHeld', 'FundsHeld', few, 'FundsHeld'],
  ],
  [
    'hold too late',
    hold('h2', 1n, { expireAt: anyContext.atMs }),
    [none, ...seven('HOLD_TIME_OVER')],
  ],
  [
    'capture',
    capture('h1'),
    [none, 'HOLD_NOT_FOUND', 'HoldCaptured', '=', ended, 'HoldCaptured', few, ended],
  ],
  [
    'release',
    release('h1'),
    ['=', 'HoldBarred', 'HoldReleased', 'HOLD_CAPTURED', '=', '=', '=', '='],
  ],
  ['expire', expire, [none, '=', 'HoldExpired', '=', '=', '=', 'HoldExpired', '=']],
  ['expire too early', { ...expire }, [none, ...seven('=')]],
];

describe('every command in every state', () => {
  for (const [name, command, row] of table) {
    Object.entries(histories).forEach(([state, events], column) => {
      it(`${name}, ${state}: ${row[column] ?? 'not said'}`, () => {
        const decided = given(accountDecider, events).when(command, contextOf(command));
        const types = decided.events.map(({ type }) => type).join(' ');
        expect(decided.code ?? (types || '=')).toBe(row[column]);
      });
    });
  }
});

describe('an account', () => {
  it('has what came in less what went out, of which some is held, each currency by itself', () => {
    const moneyOf = (events: readonly AccountEvent[], currency: string) => {
      const { state } = given(accountDecider, events);
      return state.status === 'none'
        ? null
        : [balanceOf(state, currency), heldOf(state, currency), availableOf(state, currency)];
    };
    expect(moneyOf(histories.funded, 'CNY')).toEqual([500n, 0n, 500n]);
    expect(moneyOf(histories.OPEN, 'CNY')).toEqual([500n, 300n, 200n]);
    expect(moneyOf(histories.CAPTURED, 'CNY')).toEqual([200n, 0n, 200n]);
    expect(moneyOf(histories.RELEASED, 'CNY')).toEqual([500n, 0n, 500n]);
    const anew = told(...funded, hold('h1', 300n), expire, capture('h1'));
    expect(moneyOf(anew, 'CNY')).toEqual([200n, 0n, 200n]);
    for (const events of [histories.OPEN, histories.CAPTURED])
      expect(moneyOf(events, 'JPY')).toEqual([10n, 0n, 10n]);
    expect(moneyOf(histories.funded, 'USD')).toEqual([0n, 0n, 0n]);
  });

  it('refuses amounts that cannot be', () => {
    const max = limits.amountMinorMax;
    for (const make of [credit, debit, hold]) {
      const code = (amountMinor: bigint) =>
        given(accountDecider, histories.funded).when(make('x', amountMinor)).code;
      expect([code(0n), code(-1n)]).toEqual(['AMOUNT_NOT_POSITIVE', 'AMOUNT_NOT_POSITIVE']);
      expect(code(max + 1n)).toBe('AMOUNT_TOO_LARGE');
      expect(code(max)).not.toBe('AMOUNT_TOO_LARGE');
    }
    const yuan = credit('x', 1n, { currency: 'yuan' });
    expect(given(accountDecider).when(yuan).code).toBe('CURRENCY_INVALID');
  });

  it('has an id that is not too long', () => {
    const code = (account: string) => given(accountDecider).when(credit('x', 1n, { account })).code;
    expect(code('é'.repeat(limits.accountCharsMax))).toBeNull();
    expect(code('é'.repeat(limits.accountCharsMax + 1))).toBe('ACCOUNT_ID_INVALID');
    expect(code('')).toBe('ACCOUNT_ID_INVALID');
  });

  it('has so much of a currency, and so many currencies, at most', () => {
    let { state } = given(accountDecider, histories.funded);
    const decide = (command: AccountCommand) => accountDecider.decide(command, state, anyContext);
    const take = (command: AccountCommand) => {
      const decision = decide(command);
      if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
      return decision;
    };
    for (let i = 0; i < 1_000; i += 1) take(credit(`c${i}`, limits.amountMinorMax));
    if (state.status === 'none') throw new Error('no account');
    const room = limits.balanceMinorMax - balanceOf(state, 'CNY');
    expect(decide(credit('x', room)).kind).toBe('accepted');
    expect(decide(credit('x', room + 1n))).toMatchObject({
      rejection: { code: 'BALANCE_TOO_LARGE' },
    });
    for (let i = 2; i < limits.currenciesMax; i += 1) {
      const currency = `X${String.fromCharCode(65 + i)}X`;
      expect(take(credit(`x${i}`, 1n, { currency })).kind).toBe('accepted');
    }
    expect(decide(credit('z', 1n, { currency: 'ZZZ' }))).toMatchObject({
      rejection: { code: 'TOO_MANY_CURRENCIES' },
    });
  });

  it('is not another one, even where the record key leads to it', () => {
    for (const command of [credit('x', 1n), debit('x', 1n), release('h1')]) {
      const data = { ...command.data, account: 'bob' };
      // The same command of another account.
      const other = { ...command, data } as AccountCommand;
      expect(given(accountDecider, histories.OPEN).when(other).code).toBe(none);
    }
  });

  it('says how much there is where there is too little', () => {
    const { decision } = given(accountDecider, histories.OPEN).when(hold('h2', 300n));
    const details = { availableMinor: '200', currency: 'CNY' };
    expect(decision).toMatchObject({ rejection: { code: few, details } });
  });
});

describe('a hold', () => {
  it('keeps its order, and says when its money was taken anew', () => {
    const about = { tenant: 'main', account: 'ada', holdId: 'h1', orderNo: 'O-1' };
    const money = { amountMinor: 300n, currency: 'CNY', capturedAt: anyContext.atMs };
    for (const [state, afterExpiry] of [
      ['OPEN', false],
      ['EXPIRED', true],
    ] as const) {
      const { events } = given(accountDecider, histories[state]).when(capture('h1'));
      expect(events).toEqual([{ type: 'HoldCaptured', data: { ...about, ...money, afterExpiry } }]);
    }
  });

  it('lasts a month at most, and is one of so many that are open at once', () => {
    const { durationMsMax, openMax } = limits.holdLimits;
    const forMs = (ms: number) =>
      given(accountDecider, histories.funded).when(
        hold('h1', 1n, { expireAt: anyContext.atMs + ms }),
      ).code;
    expect([forMs(durationMsMax), forMs(durationMsMax + 1)]).toEqual([null, 'HOLD_TIME_TOO_LONG']);
    let { state } = given(accountDecider, told(credit('in', 1_000_000n)));
    for (let i = 0; i <= openMax; i += 1) {
      const decision = accountDecider.decide(hold(`h${i}`, 1n), state, anyContext);
      const code = decision.kind === 'rejected' ? decision.rejection.code : null;
      expect(code).toBe(i < openMax ? null : 'TOO_MANY_HOLDS');
      if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
    }
  });

  it('ends with all others whose time is over, by one timer at the earliest', () => {
    const later = { expireAt: expireAt + 500 };
    const events = told(...funded, hold('h1', 1n, later), hold('h2', 1n), hold('h3', 1n));
    const { state } = given(accountDecider, events);
    const timer = { name: 'expire', dueMs: expireAt };
    expect(accountDecider.timers(state)).toEqual([timer]);
    expect(accountDecider.onTimer(timer, state)).toEqual(expire);
    const expired = given(accountDecider, events).when(expire, late);
    expect(expired.events.map(({ data }) => 'holdId' in data && data.holdId)).toEqual(['h2', 'h3']);
    expect(accountDecider.timers(expired.state)).toEqual([{ ...timer, dueMs: later.expireAt }]);
    for (const ended of [
      accountDecider.initialState,
      given(accountDecider, histories.BARRED).state,
    ])
      expect(accountDecider.timers(ended)).toEqual([]);
  });
});

it('answers with all balances and the hold at hand, amounts as text of minor units', () => {
  const answerOf = (history: readonly AccountEvent[], command: AccountCommand) => {
    const { state, decision } = given(accountDecider, history).when(command);
    return accountDecider.answer(state, command, decision);
  };
  const yen = { currency: 'JPY', balanceMinor: '10', heldMinor: '0' };
  const h1 = { holdId: 'h1', amountMinor: '300', currency: 'CNY', expireAtMs: null };
  expect(answerOf(histories.funded, hold('h1', 300n))).toEqual({
    account: 'ada',
    balances: [{ currency: 'CNY', balanceMinor: '500', heldMinor: '300' }, yen],
    hold: { ...h1, status: 'OPEN', expireAtMs: expireAt },
  });
  expect(answerOf(histories.EXPIRED, release('h1'))).toMatchObject({
    hold: { ...h1, status: 'EXPIRED' },
  });
  expect(answerOf(histories.funded, release('h1'))).toMatchObject({
    hold: { ...h1, amountMinor: null, currency: null, status: 'BARRED' },
  });
  expect(answerOf(histories.OPEN, credit('x', 1n))).toMatchObject({ hold: null });
  expect(answerOf([], release('h1'))).toBeNull();
});
