import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemCommand } from './commands.ts';
import type { ItemEvent } from './events.ts';
import { itemDecider } from './item.ts';
import type { ItemState } from './state.ts';
import { availableOf, reservedOf } from './state.ts';
import { confirm, describeItem, receive, release, reserve, writeOff } from './testing-commands.ts';

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const quantity = fc.integer({ min: 0, max: 6 });

const anyCommand: fc.Arbitrary<ItemCommand> = fc.oneof(
  { arbitrary: id.map((each) => describeItem({ name: each })), weight: 1 },
  { arbitrary: fc.tuple(id, quantity).map(([each, of]) => receive(each, of)), weight: 2 },
  { arbitrary: fc.tuple(id, quantity).map(([each, of]) => writeOff(each, of)), weight: 1 },
  {
    arbitrary: fc
      .tuple(id, quantity, fc.integer({ min: 0, max: 100 }))
      .map(([each, of, ms]) => reserve(each, of, { expireAt: anyContext.atMs + ms })),
    weight: 5,
  },
  { arbitrary: id.map((each) => confirm(each)), weight: 3 },
  { arbitrary: id.map((each) => release(each)), weight: 2 },
);

/** Commands, and how much later than the one before each comes. */
const anyHistory = fc.array(fc.tuple(anyCommand, fc.nat({ max: 12 })), { maxLength: 60 });

interface Step {
  readonly state: ItemState;
  readonly command: ItemCommand;
  readonly atMs: number;
  /** All that happened so far. */
  readonly events: readonly ItemEvent[];
}

/** The commands at their times, with every timer fired when it is due, as a task would. */
function run(history: readonly (readonly [ItemCommand, number])[], each: (step: Step) => void) {
  let state: ItemState = itemDecider.initialState;
  let { atMs } = anyContext;
  const events: ItemEvent[] = [];
  const take = (command: ItemCommand): void => {
    const decision = itemDecider.decide(command, state, { ...anyContext, atMs });
    if (decision.kind === 'accepted') {
      state = decision.events.reduce((s, event) => itemDecider.evolve(s, event), state);
      events.push(...decision.events);
    }
    each({ state, command, atMs, events });
  };
  for (const [command, elapsedMs] of [[describeItem(), 0] as const, ...history]) {
    const until = atMs + elapsedMs;
    for (;;) {
      const [timer] = itemDecider.timers(state);
      // A timer fires after the records of its own millisecond.
      if (timer === undefined || timer.dueMs >= until) break;
      atMs = Math.max(atMs, timer.dueMs);
      take(itemDecider.onTimer(timer, state));
    }
    atMs = until;
    take(command);
  }
}

const sumOf = (events: readonly ItemEvent[], type: ItemEvent['type']): number =>
  events.reduce(
    (sum, event) =>
      event.type === type && 'quantity' in event.data ? sum + event.data.quantity : sum,
    0,
  );

const holds = (check: (step: Step) => void) => {
  fc.assert(
    fc.property(anyHistory, (history) => run(history, check)),
    { numRuns: 400 },
  );
};

describe('whatever is asked of an item, in whatever order, and whatever ends by time', () => {
  it('no more is reserved than is there, and what is there came in and did not go out', () => {
    holds(({ state, events }) => {
      if (state.status === 'none') throw new Error('no item');
      expect(reservedOf(state)).toBeGreaterThanOrEqual(0);
      expect(availableOf(state)).toBeGreaterThanOrEqual(0);
      const went = sumOf(events, 'StockWrittenOff') + sumOf(events, 'StockConfirmed');
      expect(sumOf(events, 'StockReceived') - went).toBe(state.onHand);
    });
  });

  it('what is reserved was reserved, and neither confirmed in time, nor given back, nor expired', () => {
    holds(({ state, events }) => {
      if (state.status === 'none') throw new Error('no item');
      const inTime = events.filter(
        ({ type, data }) => type === 'StockConfirmed' && 'afterExpiry' in data && !data.afterExpiry,
      );
      const gone = ['StockReleased', 'ReservationExpired'] as const;
      const ended = gone.reduce((sum, type) => sum + sumOf(events, type), 0);
      const reserved = sumOf(events, 'StockReserved') - sumOf(inTime, 'StockConfirmed') - ended;
      expect(reservedOf(state)).toBe(reserved);
    });
  });

  it('the same command twice makes no second event', () => {
    holds(({ state, command, atMs }) => {
      const again = itemDecider.decide(command, state, { ...anyContext, atMs });
      expect(again.kind).not.toBe('accepted');
    });
  });

  it('there is one timer while a reservation is open, and every answer is JSON', () => {
    holds(({ state, command }) => {
      if (state.status === 'none') throw new Error('no item');
      const { open } = state.reservations;
      const dueMs = Math.min(...open.map(({ untilMs }) => untilMs));
      const timers = open.length === 0 ? [] : [{ name: 'expire', dueMs }];
      expect(itemDecider.timers(state)).toEqual(timers);
      const answer = itemDecider.answer(state, command, { kind: 'unchanged' });
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    });
  });
});

it('a thousand who want one of a hundred pieces, and change their minds, take exactly a hundred', () => {
  const buyer = fc.record({
    /** Places in the queue, of the reservation and of what follows it. */
    places: fc.tuple(fc.nat({ max: 999 }), fc.nat({ max: 999 })),
    confirms: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(buyer, { minLength: 900, maxLength: 900 }), (buyers) => {
      const asked = buyers.flatMap(({ places, confirms }, at) => {
        const [first, then] = [...places].sort((one, other) => one - other);
        const end = confirms ? confirm(`b${at}`) : release(`b${at}`);
        return [
          { place: first ?? 0, command: reserve(`b${at}`, 1) },
          { place: (then ?? 0) + 1, command: end },
        ];
      });
      const queue = asked.sort((one, other) => one.place - other.place);
      // The last hundred want what others gave back, and keep it.
      const late = Array.from({ length: 100 }, (_, at) => [
        reserve(`late${at}`, 1),
        confirm(`late${at}`),
      ]).flat();
      const history = [receive('in', 100), ...queue.map(({ command }) => command), ...late];
      let sold = 0;
      run(
        history.map((command) => [command, 0] as const),
        ({ events, state }) => {
          if (state.status === 'none') throw new Error('no item');
          sold = 100 - state.onHand;
          if (events.length > 0 && availableOf(state) < 0) throw new Error('sold twice');
        },
      );
      expect(sold).toBe(100);
    }),
    { numRuns: 3 },
  );
});
