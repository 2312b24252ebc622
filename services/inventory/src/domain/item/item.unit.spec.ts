import { anyContext, given } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { ItemCommand } from './commands.ts';
import type { ItemEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { itemDecider } from './item.ts';
import * as limits from './limits.ts';
import { availableOf, reservedOf } from './state.ts';
import {
  confirm,
  describeItem,
  expire,
  expireAt,
  receive,
  release,
  reserve,
  writeOff,
} from './testing-commands.ts';

const late = { atMs: expireAt };
const contextOf = (command: ItemCommand) => (command === expire ? late : {});

/** Events that the decider itself makes of the commands. */
const after = (...commands: readonly ItemCommand[]): readonly ItemEvent[] =>
  commands.reduce<readonly ItemEvent[]>(
    (events, command) => [
      ...events,
      ...given(itemDecider, events).when(command, contextOf(command)).events,
    ],
    [],
  );

/** Five pieces in the house, of which nobody has reserved any. */
const stocked = [describeItem(), receive('in-1', 6), writeOff('out-1', 1)];

/** What has become of the reservation r1, of three pieces. */
const histories: Readonly<Record<string, readonly ItemEvent[]>> = {
  none: [],
  stocked: after(...stocked),
  OPEN: after(...stocked, reserve('r1', 3)),
  CONFIRMED: after(...stocked, reserve('r1', 3), confirm('r1')),
  RELEASED: after(...stocked, reserve('r1', 3), release('r1')),
  EXPIRED: after(...stocked, reserve('r1', 3), expire),
  'EXPIRED, its pieces gone': after(...stocked, reserve('r1', 3), expire, reserve('r9', 3)),
  BARRED: after(...stocked, release('r1')),
};

const few = 'STOCK_INSUFFICIENT';
const none = 'ITEM_NOT_FOUND';
const ended = 'RESERVATION_ENDED';

/** What a command meets in each of them: the event, `=` for unchanged, else the refusal's code. */
const table: readonly (readonly [string, ItemCommand, readonly string[]])[] = [
  ['describe', describeItem(), ['ItemDescribed', '=', '=', '=', '=', '=', '=', '=']],
  [
    'describe with another price',
    describeItem({ unitAmountMinor: 1n }),
    Array<string>(8).fill('ItemDescribed'),
  ],
  [
    'describe in another currency',
    describeItem({ currency: 'CNY' }),
    ['ItemDescribed', ...Array<string>(7).fill('ITEM_CURRENCY_FIXED')],
  ],
  ['receive', receive('in-2', 1), [none, ...Array<string>(7).fill('StockReceived')]],
  ['receive again', receive('in-1', 6), [none, ...Array<string>(7).fill('=')]],
  ['receive another number', receive('in-1', 5), [none, ...Array<string>(7).fill('ID_REUSED')]],
  [
    'write off three',
    writeOff('out-2', 3),
    [
      ...[none, 'StockWrittenOff', few, few],
      ...['StockWrittenOff', 'StockWrittenOff', few, 'StockWrittenOff'],
    ],
  ],
  ['write off again', writeOff('out-1', 1), [none, ...Array<string>(7).fill('=')]],
  ['write off another number', writeOff('out-1', 2), [none, ...Array<string>(7).fill('ID_REUSED')]],
  ['reserve', reserve('r1', 3), [none, 'StockReserved', '=', '=', ended, ended, ended, ended]],
  [
    'reserve another number',
    reserve('r1', 2),
    [none, 'StockReserved', ...Array<string>(5).fill('ID_REUSED'), ended],
  ],
  [
    'reserve for another',
    reserve('r2', 3),
    [none, 'StockReserved', few, few, 'StockReserved', 'StockReserved', few, 'StockReserved'],
  ],
  [
    'reserve too late',
    reserve('r2', 1, { expireAt: anyContext.atMs }),
    [none, ...Array<string>(7).fill('RESERVATION_TIME_OVER')],
  ],
  [
    'confirm',
    confirm('r1'),
    [
      ...[none, 'RESERVATION_NOT_FOUND', 'StockConfirmed', '='],
      ...[ended, 'StockConfirmed', few, ended],
    ],
  ],
  [
    'release',
    release('r1'),
    [
      ...['=', 'ReservationBarred', 'StockReleased', 'RESERVATION_CONFIRMED'],
      ...['=', '=', '=', '='],
    ],
  ],
  ['expire', expire, [none, '=', 'ReservationExpired', '=', '=', '=', 'ReservationExpired', '=']],
  ['expire too early', { ...expire }, [none, ...Array<string>(7).fill('=')]],
];

describe('every command in every state', () => {
  for (const [name, command, row] of table) {
    Object.keys(histories).forEach((state, column) => {
      it(`${name}, ${state}: ${row[column] ?? 'not said'}`, () => {
        const { events, code } = given(itemDecider, histories[state]).when(
          command,
          contextOf(command),
        );
        expect(code ?? (events.map(({ type }) => type).join(' ') || '=')).toBe(row[column]);
      });
    });
  }
});

/** Pieces in the house, and those that are reserved. */
function stockOf(events: readonly ItemEvent[]): readonly number[] {
  const { state } = given(itemDecider, events);
  return state.status === 'none' ? [] : [state.onHand, reservedOf(state), availableOf(state)];
}

describe('an item', () => {
  it('has in stock what came in less what went out, of which some is reserved', () => {
    expect(stockOf(histories['stocked'] ?? [])).toEqual([5, 0, 5]);
    expect(stockOf(histories['OPEN'] ?? [])).toEqual([5, 3, 2]);
    expect(stockOf(histories['CONFIRMED'] ?? [])).toEqual([2, 0, 2]);
    expect(stockOf(histories['RELEASED'] ?? [])).toEqual([5, 0, 5]);
    expect(stockOf(histories['EXPIRED'] ?? [])).toEqual([5, 0, 5]);
    expect(stockOf(after(...stocked, reserve('r1', 3), expire, confirm('r1')))).toEqual([2, 0, 2]);
  });

  it('refuses what no item can be', () => {
    const code = (over: Parameters<typeof describeItem>[0]) =>
      given(itemDecider).when(describeItem(over)).code;
    expect(code({ name: '' })).toBe('ITEM_TEXT_INVALID');
    expect(code({ name: '茶'.repeat(limits.nameCharsMax) })).toBeNull();
    expect(code({ name: '茶'.repeat(limits.nameCharsMax + 1) })).toBe('ITEM_TEXT_INVALID');
    expect(code({ sku: 'x'.repeat(limits.skuCharsMax + 1) })).toBe('ITEM_TEXT_INVALID');
    expect(code({ unitAmountMinor: 0n })).toBeNull();
    expect(code({ unitAmountMinor: -1n })).toBe('ITEM_PRICE_INVALID');
    expect(code({ unitAmountMinor: limits.unitAmountMinorMax + 1n })).toBe('ITEM_PRICE_INVALID');
    expect(code({ currency: 'yen' })).toBe('ITEM_PRICE_INVALID');
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 53])('has no quantity of %d', (quantity) => {
    for (const command of [receive('x', quantity), writeOff('x', quantity), reserve('x', quantity)])
      expect(given(itemDecider, histories['stocked']).when(command).code).toBe('QUANTITY_INVALID');
  });

  it('has room for so many pieces and no more', () => {
    const stock = given(itemDecider, histories['stocked']);
    expect(stock.when(receive('in-2', limits.onHandMax - 5)).code).toBeNull();
    expect(stock.when(receive('in-2', limits.onHandMax - 4)).code).toBe('STOCK_TOO_LARGE');
  });

  it('is reserved for a month at most', () => {
    const stock = given(itemDecider, histories['stocked']);
    const forMs = (ms: number) => stock.when(reserve('r1', 1, { expireAt: anyContext.atMs + ms }));
    const { durationMsMax } = limits.reservationLimits;
    expect(forMs(durationMsMax).code).toBeNull();
    expect(forMs(durationMsMax + 1).code).toBe('RESERVATION_TIME_TOO_LONG');
  });

  it('is not another one, even where the record key leads to it', () => {
    const stock = given(itemDecider, histories['OPEN']);
    for (const command of [describeItem({ name: 'x' }), receive('x', 1), release('r1')]) {
      const data = { ...command.data, sku: 'cup' };
      // The same command of another SKU.
      expect(stock.when({ ...command, data } as ItemCommand).code).toBe(none);
    }
  });

  it('says how many there are where there are too few', () => {
    const { decision } = given(itemDecider, histories['OPEN']).when(reserve('r2', 3));
    expect(decision).toMatchObject({ rejection: { code: few, details: { available: 2 } } });
  });
});

describe('a reservation', () => {
  it('keeps its order, and says when its pieces were taken anew', () => {
    const confirmed = (events: readonly ItemEvent[] = []) =>
      given(itemDecider, events).when(confirm('r1')).events;
    const data = { tenant: 'main', sku: 'tea', reservationId: 'r1', orderNo: 'O-1', quantity: 3 };
    const confirmedAt = anyContext.atMs;
    expect(confirmed(histories['OPEN'])).toEqual([
      { type: 'StockConfirmed', data: { ...data, afterExpiry: false, confirmedAt } },
    ]);
    expect(confirmed(histories['EXPIRED'])).toEqual([
      { type: 'StockConfirmed', data: { ...data, afterExpiry: true, confirmedAt } },
    ]);
  });

  it('ends with all others whose time is over, by one timer at the earliest', () => {
    const [soon, later] = [{ expireAt: expireAt - 500 }, { expireAt: expireAt + 500 }];
    const events = after(
      ...stocked,
      ...[reserve('r1', 1), reserve('r2', 1, later), reserve('r3', 1, soon)],
    );
    const { state } = given(itemDecider, events);
    expect(itemDecider.timers(state)).toEqual([{ name: 'expire', dueMs: soon.expireAt }]);
    expect(itemDecider.onTimer({ name: 'expire', dueMs: soon.expireAt }, state)).toEqual(expire);
    const expired = given(itemDecider, events).when(expire, late);
    const ids = expired.events.map(({ data }) => 'reservationId' in data && data.reservationId);
    expect(ids).toEqual(['r1', 'r3']);
    expect(itemDecider.timers(expired.state)).toEqual([{ name: 'expire', dueMs: later.expireAt }]);
    expect(itemDecider.timers(given(itemDecider, histories['EXPIRED']).state)).toEqual([]);
    expect(itemDecider.timers(itemDecider.initialState)).toEqual([]);
  });

  it('is one of so many that are open at once', () => {
    const { openMax } = limits.reservationLimits;
    const plenty = given(itemDecider, [...after(describeItem(), receive('in', openMax + 1))]);
    let { state } = plenty;
    const decide = (id: string) => itemDecider.decide(reserve(id, 1), state, anyContext);
    for (let i = 0; i < openMax; i += 1) {
      const decision = decide(`r${i}`);
      if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
    }
    expect(decide('one more')).toMatchObject({ rejection: { code: 'TOO_MANY_RESERVATIONS' } });
  });
});

describe('the answer', () => {
  const answerOf = (history: readonly ItemEvent[] | undefined, command: ItemCommand) => {
    const { state, decision } = given(itemDecider, history).when(command);
    return itemDecider.answer(state, command, decision);
  };
  const item = { sku: 'tea', name: 'Tea', unitAmountMinor: '1500', currency: 'JPY' };

  it('shows the item and the reservation at hand', () => {
    const r1 = { reservationId: 'r1', quantity: 3, expireAtMs: null };
    expect(answerOf(histories['stocked'], reserve('r1', 3))).toEqual({
      ...{ ...item, onHand: 5, reserved: 3, available: 2 },
      reservation: { ...r1, status: 'OPEN', expireAtMs: expireAt },
    });
    expect(answerOf(histories['EXPIRED'], release('r1'))).toEqual({
      ...{ ...item, onHand: 5, reserved: 0, available: 5 },
      reservation: { ...r1, status: 'EXPIRED' },
    });
    expect(answerOf(histories['stocked'], release('r1'))).toMatchObject({
      reservation: { ...r1, quantity: null, status: 'BARRED' },
    });
  });

  it('shows no reservation where none is at hand, and nothing where there is no item', () => {
    expect(answerOf(histories['OPEN'], describeItem())).toMatchObject({ reservation: null });
    expect(answerOf([], release('r1'))).toBeNull();
  });
});
