import { anyContext } from '@plumbline/kernel/testing';
import { describe, expect, it } from 'vitest';
import type { SagaCommand } from './commands.ts';
import { repeatMs, reserveBeyondDeadlineMs } from './limits.ts';
import { sagaDecider } from './saga.ts';
import { phaseOf } from './state.ts';
import { repeatAfterMs } from './steps.ts';
import * as say from './testing/saga-play.ts';
import { play, wordsOf } from './testing/saga-play.ts';

const reserved = [say.stock('RESERVE', 1), say.stock('RESERVE', 2)];
const confirmed = [say.stock('CONFIRM', 1), say.stock('CONFIRM', 2)];
const freed = [say.stock('RELEASE', 2), say.stock('RELEASE', 1)];
const story = (...commands: readonly SagaCommand[]) => play(...commands).events.map(wordsOf);
const none = 'STOCK_INSUFFICIENT';

describe('a purchase that goes well', () => {
  it('by a channel: stock, payment, and the goods once the order is paid', () => {
    const all = [say.start('channel'), ...reserved, say.payment(), say.ended('PAID')];
    expect(story(...all, ...confirmed)).toEqual([
      ...['Started', 'StockRequested RESERVE 12 #1'],
      ...['StockAnswered RESERVE 1 yes', 'StockAnswered RESERVE 2 yes'],
      ...['PaymentRequested #1', 'PaymentAnswered yes'],
      ...['OrderEnded PAID', 'StockRequested CONFIRM 12 #1'],
      ...['StockAnswered CONFIRM 1 yes', 'StockAnswered CONFIRM 2 yes', 'Completed'],
    ]);
  });

  it('by balance and channel: the hold comes before the payment and is taken after it', () => {
    const paid = [say.funds('HOLD'), say.payment(), say.ended('PAID'), say.funds('CAPTURE')];
    expect(story(say.start('both'), ...reserved, ...paid, ...confirmed).slice(4)).toEqual([
      ...['FundsRequested HOLD #1', 'FundsAnswered HOLD yes'],
      ...['PaymentRequested #1', 'PaymentAnswered yes', 'OrderEnded PAID'],
      ...['FundsRequested CAPTURE #1', 'StockRequested CONFIRM 12 #1'],
      ...['FundsAnswered CAPTURE yes', 'StockAnswered CONFIRM 1 yes'],
      ...['StockAnswered CONFIRM 2 yes', 'Completed'],
    ]);
  });

  it('by balance alone: the order is settled, and no payment is opened', () => {
    const paid = [say.funds('HOLD'), say.ended('PAID'), say.funds('CAPTURE')];
    expect(story(say.start('balance'), ...reserved, ...paid, ...confirmed).slice(4, 8)).toEqual([
      ...['FundsRequested HOLD #1', 'FundsAnswered HOLD yes'],
      ...['OrderRequested SETTLE #1', 'OrderEnded PAID'],
    ]);
  });

  it('asks for the payment of exactly what the balance leaves', () => {
    const { events } = play(say.start('both'), ...reserved, say.funds('HOLD'));
    expect(events.at(-1)).toMatchObject({
      type: 'CheckoutPaymentRequested',
      data: { amountMinor: 700n, currency: 'CNY', channel: 'MOCK' },
    });
  });

  it('puts aside for a day beyond the deadline', () => {
    expect(play(say.start('channel')).events[0]).toMatchObject({
      data: { reserveUntil: say.payBy + reserveBeyondDeadlineMs, holdId: 'O-1' },
    });
  });
});

describe('a purchase that is refused somewhere', () => {
  it('stock: the order is asked to fail, and gives back only once it has', () => {
    const refused = [say.stock('RESERVE', 1), say.stock('RESERVE', 2, none)];
    const all = [say.start('channel'), ...refused, say.ended('FAILED'), say.stock('RELEASE', 1)];
    expect(story(...all).slice(2)).toEqual([
      ...['StockAnswered RESERVE 1 yes', 'StockAnswered RESERVE 2 no', 'OrderRequested FAIL #1'],
      ...['OrderEnded FAILED', 'StockRequested RELEASE 1 #1'],
      ...['StockAnswered RELEASE 1 yes', 'Compensated'],
    ]);
  });

  it('stock that never answered is given back as well', () => {
    const all = [say.start('channel'), say.stock('RESERVE', 2, none), say.ended('FAILED')];
    expect(story(...all).at(-1)).toBe('StockRequested RELEASE 1 #1');
  });

  it('money: what was put aside goes back in reverse, the last line first', () => {
    const refused = [say.start('both'), ...reserved, say.funds('HOLD', 'FUNDS_INSUFFICIENT')];
    expect(story(...refused, say.ended('FAILED'), ...freed).slice(5)).toEqual([
      ...['FundsAnswered HOLD no', 'OrderRequested FAIL #1', 'OrderEnded FAILED'],
      ...['StockRequested RELEASE 21 #1', 'StockAnswered RELEASE 2 yes'],
      ...['StockAnswered RELEASE 1 yes', 'Compensated'],
    ]);
  });

  it('payment: the hold goes back before the goods', () => {
    const opened = [say.start('both'), ...reserved, say.funds('HOLD')];
    const refused = [...opened, say.payment('CHANNEL_NOT_CONFIGURED'), say.ended('FAILED')];
    expect(story(...refused, say.funds('RELEASE'), ...freed).slice(7)).toEqual([
      ...['PaymentAnswered no', 'OrderRequested FAIL #1', 'OrderEnded FAILED'],
      ...['FundsRequested RELEASE #1', 'FundsAnswered RELEASE yes'],
      ...['StockRequested RELEASE 21 #1', 'StockAnswered RELEASE 2 yes'],
      ...['StockAnswered RELEASE 1 yes', 'Compensated'],
    ]);
  });

  it('tells the order what was refused first', () => {
    const refused = [say.stock('RESERVE', 1, none), say.stock('RESERVE', 2, 'ITEM_NOT_FOUND')];
    expect(play(say.start('channel'), ...refused).events[3]).toMatchObject({
      type: 'CheckoutOrderRequested',
      data: { step: 'FAIL', reason: none },
    });
  });

  it('stock that was asked for twice: the second request may be met after the first was refused', () => {
    const refused = [say.stock('RESERVE', 1), say.repeat, say.stock('RESERVE', 2, none)];
    const all = [say.start('channel'), ...refused, say.ended('EXPIRED')];
    expect(story(...all).at(-1)).toBe('StockRequested RELEASE 21 #1');
    const both = [say.stock('RELEASE', 1), say.stock('RELEASE', 2, 'RESERVATION_NOT_FOUND')];
    expect(story(...all, say.stock('RESERVE', 2), ...both).at(-1)).toBe('Compensated');
  });

  it('money that was asked for twice is given back as well', () => {
    const held = [say.start('both'), ...reserved, say.repeat];
    const all = [...held, say.funds('HOLD', 'FUNDS_INSUFFICIENT'), say.ended('FAILED')];
    expect(story(...all).at(-1)).toBe('FundsRequested RELEASE #1');
    const freedAll = [say.funds('RELEASE', 'HOLD_NOT_FOUND'), ...freed];
    expect(story(...all, ...freedAll).at(-1)).toBe('Compensated');
  });

  it('has nothing to give back of what does not exist', () => {
    const asked = [say.start('channel'), say.stock('RESERVE', 1), say.ended('CANCELLED')];
    const nowhere = [say.stock('RELEASE', 1), say.stock('RELEASE', 2, 'ITEM_NOT_FOUND')];
    expect(story(...asked, ...nowhere).at(-1)).toBe('Compensated');
  });
});

describe('an order that ends by itself', () => {
  for (const end of ['FAILED', 'EXPIRED', 'CANCELLED'] as const) {
    it(`${end} at once: what was only asked for is given back`, () => {
      expect(story(say.start('both'), say.ended(end)).slice(2)).toEqual([
        ...[`OrderEnded ${end}`, 'StockRequested RELEASE 21 #1'],
      ]);
    });

    it(`${end} while the hold is asked for: the hold is given back first`, () => {
      const all = story(say.start('both'), ...reserved, say.ended(end), say.funds('RELEASE'));
      expect(all.slice(5)).toEqual([
        ...[`OrderEnded ${end}`, 'FundsRequested RELEASE #1', 'FundsAnswered RELEASE yes'],
        'StockRequested RELEASE 21 #1',
      ]);
    });
  }

  it('a reservation that arrives after its release was asked for is still given back', () => {
    const asked = [say.start('channel'), say.stock('RESERVE', 2), say.ended('EXPIRED')];
    const crossed = [...asked, say.stock('RESERVE', 1), ...freed];
    expect(story(...crossed).slice(4)).toEqual([
      ...['StockRequested RELEASE 21 #1', 'StockAnswered RESERVE 1 yes'],
      ...['StockAnswered RELEASE 2 yes', 'StockAnswered RELEASE 1 yes', 'Compensated'],
    ]);
  });

  it('PAID before its goods are there: they are asked for until they come', () => {
    const paid = [say.start('channel'), say.stock('RESERVE', 2, none), say.ended('PAID')];
    const late = [say.stock('RESERVE', 2, none), say.repeat, say.stock('RESERVE', 2)];
    expect(story(...paid, say.stock('RESERVE', 1), ...late).slice(4)).toEqual([
      ...['OrderEnded PAID', 'StockRequested RESERVE 2 #1'],
      ...['StockAnswered RESERVE 1 yes', 'StockRequested CONFIRM 1 #1'],
      ...['StockRequested RESERVE 2 #2', 'StockRequested CONFIRM 1 #2'],
      ...['StockAnswered RESERVE 2 yes', 'StockRequested CONFIRM 2 #1'],
    ]);
  });
});

describe('an answer that does not come, or not as it should', () => {
  const paid = [say.start('channel'), ...reserved, say.payment(), say.ended('PAID')];

  it('is asked for again and again, ever more slowly, without an end', () => {
    const asked = play(...paid, ...Array.from({ length: 30 }, () => say.repeat));
    expect(asked.events.map(wordsOf).at(-1)).toBe('StockRequested CONFIRM 12 #31');
    const waits = Array.from({ length: 30 }, (_, index) => repeatAfterMs('O-1', index + 1));
    const { first, max, soonerPart } = repeatMs;
    waits.forEach((wait, index) => {
      const full = Math.min(first * 2 ** index, max);
      expect(wait).toBeGreaterThanOrEqual(full - full / soonerPart);
      expect(wait).toBeLessThanOrEqual(full);
    });
    expect(new Set(waits.slice(-10)).size).toBeGreaterThan(5);
  });

  it('is asked for again by line: what was answered stays answered', () => {
    expect(story(...paid, say.stock('CONFIRM', 2), say.repeat).at(-1)).toBe(
      'StockRequested CONFIRM 1 #2',
    );
  });

  it('changes nothing the second time', () => {
    const { state, events } = play(...paid, ...confirmed.slice(0, 1));
    for (const command of [...reserved, ...confirmed.slice(0, 1), say.payment(), paid[4] ?? push])
      expect(sagaDecider.decide(command, state, anyContext).kind).toBe('unchanged');
    expect(events.map(wordsOf).at(-1)).toBe('StockAnswered CONFIRM 1 yes');
  });

  it('that is refused after the payment is waited for, and asked again in its time', () => {
    const refused = [...paid, say.stock('CONFIRM', 1, none), say.stock('CONFIRM', 2)];
    expect(story(...refused, say.repeat, say.stock('CONFIRM', 1)).slice(-4)).toEqual([
      ...['StockAnswered CONFIRM 2 yes', 'StockRequested CONFIRM 1 #2'],
      ...['StockAnswered CONFIRM 1 yes', 'Completed'],
    ]);
  });

  it('is not waited for while the buyer is to pay', () => {
    const { state } = play(say.start('channel'), ...reserved, say.payment());
    expect(sagaDecider.timers(state)).toEqual([]);
  });
});

const push = say.push;

describe('an operator', () => {
  const paid = [say.start('channel'), ...reserved, say.payment(), say.ended('PAID')];

  it('has everything asked again at once that is waited for, with a reason', () => {
    const pushed = play(...paid, say.repeat, say.repeat, push);
    expect(pushed.events.slice(-2).map(wordsOf)).toEqual([
      'Pushed',
      'StockRequested CONFIRM 12 #1',
    ]);
    expect(pushed.events.at(-2)).toMatchObject({ data: { reason: 'restocked' } });
  });

  it('pushes once, however often the same push comes', () => {
    const { state } = play(...paid, push);
    expect(sagaDecider.decide(push, state, anyContext).kind).toBe('unchanged');
  });

  it('is told when there is nothing to push', () => {
    const code = (...commands: readonly SagaCommand[]) => {
      const decision = sagaDecider.decide(push, play(...commands).state, anyContext);
      return decision.kind === 'rejected' ? decision.rejection.code : decision.kind;
    };
    expect(code()).toBe('CHECKOUT_NOT_FOUND');
    expect(code(say.start('channel'), ...reserved, say.payment())).toBe(
      'CHECKOUT_WAITS_FOR_PAYMENT',
    );
    expect(code(...paid, ...confirmed)).toBe('CHECKOUT_ENDED');
  });
});

const phases = {
  none: [],
  RESERVING: [say.start('both')],
  HOLDING: [say.start('both'), ...reserved],
  PAYING: [say.start('both'), ...reserved, say.funds('HOLD')],
  SETTLING: [say.start('balance'), ...reserved, say.funds('HOLD')],
  WAITING: [say.start('both'), ...reserved, say.funds('HOLD'), say.payment()],
  FAILING: [say.start('both'), say.stock('RESERVE', 1, none)],
  FINISHING: [say.start('both'), ...reserved, say.funds('HOLD'), say.ended('PAID')],
  COMPENSATING: [say.start('both'), ...reserved, say.funds('HOLD'), say.ended('EXPIRED')],
  COMPLETED: [say.start('channel'), ...reserved, say.ended('PAID'), ...confirmed],
  COMPENSATED: [say.start('channel'), ...reserved, say.ended('FAILED'), ...freed],
} as const;

type Phase = keyof typeof phases;
const columns = Object.keys(phases) as readonly Phase[];

/** What each command meets, in the order of the phases: events by their first, `=`, or a code. */
const table: Readonly<Record<string, string>> = {
  StartCheckout: 'Started = = = = = = = = = =',
  'stock of line 2': '? StockAnswered = = = = StockAnswered = = = =',
  'no stock of line 2': '? StockAnswered = = = = StockAnswered = = = =',
  'line 2 handed over': '? = = = = = = StockAnswered = = =',
  'line 2 given back': '? = = = = = = = = = =',
  'a line of another order': '? L L L L L L L L = =',
  'money held': '? FundsAnswered FundsAnswered = = = FundsAnswered = = = =',
  'no money': '? = FundsAnswered = = = = = = = =',
  'money taken': '? = = = = = = FundsAnswered = = =',
  'money given back': '? = = = = = = = FundsAnswered = =',
  'a hold of another order': '? H H H H H H H H = =',
  'payment open': '? = = PaymentAnswered = = = = = = =',
  'payment refused': '? = = PaymentAnswered = = = = = = =',
  'order paid': `? ${'OrderEnded '.repeat(6)}= = = =`,
  'order failed': `? ${'OrderEnded '.repeat(6)}= = = =`,
  PushCheckout: '? Pushed Pushed Pushed Pushed W Pushed Pushed Pushed E E',
  RepeatCheckout: '? = = = = = = = = = =',
};

const commands: Readonly<Record<keyof typeof table, SagaCommand>> = {
  StartCheckout: say.start('both'),
  'stock of line 2': say.stock('RESERVE', 2),
  'no stock of line 2': say.stock('RESERVE', 2, none),
  'line 2 handed over': say.stock('CONFIRM', 2),
  'line 2 given back': say.stock('RELEASE', 2),
  'a line of another order': say.stock('RESERVE', 9 as 1),
  'money held': say.funds('HOLD'),
  'no money': say.funds('HOLD', 'FUNDS_INSUFFICIENT'),
  'money taken': say.funds('CAPTURE'),
  'money given back': say.funds('RELEASE'),
  'a hold of another order': {
    type: 'RecordFundsAnswer',
    data: {
      ...{ orderNo: 'O-1', account: 'u1', holdId: 'O-2', step: 'HOLD', accepted: true, code: null },
    },
  },
  'payment open': say.payment(),
  'payment refused': say.payment('CHANNEL_UNKNOWN'),
  'order paid': say.ended('PAID'),
  'order failed': say.ended('FAILED'),
  PushCheckout: push,
  // Not yet due anywhere: what it does when it is stands above.
  RepeatCheckout: say.repeat,
};

const short: Readonly<Record<string, string>> = {
  CHECKOUT_NOT_FOUND: '?',
  LINE_UNKNOWN: 'L',
  HOLD_UNKNOWN: 'H',
  CHECKOUT_WAITS_FOR_PAYMENT: 'W',
  CHECKOUT_ENDED: 'E',
};

describe('every command in every phase', () => {
  for (const [name, row] of Object.entries(table)) {
    const cells = row.split(' ');
    columns.forEach((phase, index) => {
      it(`${name} in ${phase}: ${cells[index] ?? 'a cell is missing'}`, () => {
        const { state } = play(...phases[phase]);
        expect(state.status === 'open' ? phaseOf(state) : state.status).toBe(phase);
        const command = commands[name];
        if (command === undefined) throw new Error(`no command for the row ${name}`);
        const decision = sagaDecider.decide(command, state, anyContext);
        expect(cellOf(decision)).toBe(cells[index]);
      });
    });
  }
});

function cellOf(decision: ReturnType<typeof sagaDecider.decide>): string | undefined {
  switch (decision.kind) {
    case 'accepted':
      return decision.events[0].type.replace(/^Checkout/, '');
    case 'unchanged':
      return '=';
    case 'rejected':
      return short[decision.rejection.code] ?? decision.rejection.code;
  }
}
