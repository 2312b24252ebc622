import { jsonBytesOf } from '@plumbline/kernel';
import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accountDecider } from './account.ts';
import type { AccountCommand } from './commands.ts';
import type { AccountEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { entriesRemembered, holdLimits } from './limits.ts';
import type { Account, AccountState } from './state.ts';
import { availableOf, balanceOf, heldOf } from './state.ts';
import { capture, credit, debit, expire, hold, release } from './testing-commands.ts';

const currencies = ['CNY', 'JPY'] as const;
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const currency = fc.constantFrom(...currencies);
const amount = fc.bigInt({ min: 0n, max: 600n });

const movement = fc.tuple(id, amount, currency);
const anyCommand: fc.Arbitrary<AccountCommand> = fc.oneof(
  movement.map(([each, of, in_]) => credit(each, of, { currency: in_ })),
  movement.map(([each, of, in_]) => debit(each, of, in_)),
  fc
    .tuple(movement, fc.integer({ min: 0, max: 100 }))
    .map(([[each, of, in_], ms]) =>
      hold(each, of, { currency: in_, expireAt: anyContext.atMs + ms }),
    ),
  id.map((each) => capture(each)),
  id.map((each) => release(each)),
);

interface Step {
  readonly state: Account;
  readonly command: AccountCommand;
  readonly atMs: number;
  /** All that happened so far. */
  readonly events: readonly AccountEvent[];
}

/** The commands, each a while after the one before, with every timer fired when it is due. */
function run(history: readonly (readonly [AccountCommand, number])[], check: (step: Step) => void) {
  let state: AccountState = accountDecider.initialState;
  let { atMs } = anyContext;
  const events: AccountEvent[] = [];
  const take = (command: AccountCommand): void => {
    const decision = accountDecider.decide(command, state, { ...anyContext, atMs });
    if (decision.kind === 'accepted') events.push(...decision.events);
    if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
    if (state.status === 'open') check({ state, command, atMs, events });
  };
  for (const [command, elapsedMs] of history) {
    const until = atMs + elapsedMs;
    let [timer] = accountDecider.timers(state);
    // A timer fires after the records of its own millisecond.
    while (timer !== undefined && timer.dueMs < until) {
      atMs = Math.max(atMs, timer.dueMs);
      take(accountDecider.onTimer(timer, state));
      [timer] = accountDecider.timers(state);
    }
    atMs = until;
    take(command);
  }
}

const holds = (check: (step: Step) => void): void => {
  const step = fc.tuple(anyCommand, fc.nat({ max: 12 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (history) => {
      run([[credit('first', 300n), 0], ...history], check);
    }),
    { numRuns: 400 },
  );
};

const sumOf = (
  events: readonly AccountEvent[],
  type: AccountEvent['type'],
  of: (typeof currencies)[number],
): bigint =>
  events.reduce((sum, event) => {
    const counts = event.type === type && 'currency' in event.data && event.data.currency === of;
    return counts ? sum + event.data.amountMinor : sum;
  }, 0n);

describe('whatever is asked of an account, in whatever order, and whatever ends by time', () => {
  it('no more is held than is there, and what is there came in and did not go out', () => {
    holds(({ state, events }) => {
      for (const each of currencies) {
        expect(heldOf(state, each) >= 0n && availableOf(state, each) >= 0n).toBe(true);
        const out = sumOf(events, 'AccountDebited', each) + sumOf(events, 'HoldCaptured', each);
        expect(sumOf(events, 'AccountCredited', each) - out).toBe(balanceOf(state, each));
      }
    });
  });

  it('what is held was held, and neither captured in time, nor given back, nor expired', () => {
    holds(({ state, events }) => {
      const afterwards = events.filter(
        ({ type, data }) => type !== 'HoldCaptured' || !('afterExpiry' in data && data.afterExpiry),
      );
      for (const each of currencies) {
        const ended = (['HoldCaptured', 'HoldReleased', 'HoldExpired'] as const).reduce(
          (sum, type) => sum + sumOf(afterwards, type, each),
          0n,
        );
        expect(sumOf(events, 'FundsHeld', each) - ended).toBe(heldOf(state, each));
      }
    });
  });

  it('the same command twice makes no second event, and every answer is JSON', () => {
    holds(({ state, command, atMs }) => {
      const again = accountDecider.decide(command, state, { ...anyContext, atMs });
      expect(again.kind).not.toBe('accepted');
      const answer = accountDecider.answer(state, command, again);
      expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
    });
  });
});

it('an account at all its limits is a record that the log takes', () => {
  const orderNo = '𠮷'.repeat(32);
  const idOf = (kind: string, at: number): string => `${kind}${at}`.padEnd(64, '店');
  let state: AccountState = accountDecider.initialState;
  let { atMs } = anyContext;
  const take = (command: AccountCommand): void => {
    const decision = accountDecider.decide(command, state, { ...anyContext, atMs });
    if (decision.kind === 'accepted') state = decision.events.reduce(evolve, state);
  };
  for (let at = 0; at < entriesRemembered.countMax + 500; at += 1)
    take(credit(idOf('in', at), 99_999_999_999n));
  for (const untilMs of [1, 1_000]) {
    for (let at = 0; at < holdLimits.openMax; at += 1)
      take(hold(idOf(`${untilMs}`, at), 10_000_000_000n, { orderNo, expireAt: atMs + untilMs }));
    atMs += 1;
    take(expire);
  }
  const { entries, holds: marks } = state as Account;
  const full = holdLimits.openBytesMax - 500;
  expect(marks.openBytes).toBeGreaterThan(full);
  expect(marks.ended.bytes).toBeGreaterThan(holdLimits.ended.bytesMax - 10_000);
  expect(entries.bytes).toBeGreaterThan(entriesRemembered.bytesMax - 40_000);
  expect(jsonBytesOf(state)).toBeLessThan(895_000);
});
