import { anyContext } from '@plumbline/kernel/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SagaCommand } from './commands.ts';
import type { SagaEvent } from './events.ts';
import { sagaDecider } from './saga.ts';
import type { SagaState } from './state.ts';
import { wantsOf } from './steps.ts';
import * as say from './testing/saga-play.ts';

/** Whoever keeps something for a checkout: a line of stock, or money. */
interface Keeper {
  kept: 'none' | 'held' | 'taken' | 'free';
  /** The refusal's code; `null` when done, now or before. */
  readonly ask: (step: 'hold' | 'take' | 'free') => string | null;
}

/** It answers as inventory and accounts do. */
function openKeeper(has: () => boolean): Keeper {
  const keeper: Keeper = {
    kept: 'none',
    ask(step) {
      const { kept } = keeper;
      if (step === 'free') {
        if (kept === 'taken') return 'TAKEN';
        keeper.kept = 'free';
        return null;
      }
      if (kept === 'free') return 'ENDED';
      if (step === 'take') {
        if (kept === 'none') return 'NOT_FOUND';
        keeper.kept = 'taken';
        return null;
      }
      if (kept === 'none' && !has()) return 'INSUFFICIENT';
      if (kept === 'none') keeper.kept = 'held';
      return null;
    },
  };
  return keeper;
}

/** What may be drawn: how it is paid, what there is, how the order ends, and what gets lost. */
const anyWorld = fc.record({
  how: fc.constantFrom('channel', 'both', 'balance' as const),
  has: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)),
  isPaymentOpen: fc.boolean(),
  end: fc.constantFrom('PAID', 'FAILED', 'EXPIRED', 'CANCELLED' as const),
  endsAfter: fc.nat(25),
  losses: fc.array(fc.boolean(), { maxLength: 40 }),
  picks: fc.array(fc.nat(5), { maxLength: 60 }),
});
type World = typeof anyWorld extends fc.Arbitrary<infer T> ? T : never;

const stepsOf = { RESERVE: 'hold', CONFIRM: 'take', RELEASE: 'free' } as const;
const fundStepsOf = { HOLD: 'hold', CAPTURE: 'take', RELEASE: 'free' } as const;

/**
 * Plays a checkout among keepers that run short, lose questions and answer out of turn, until it has
 * ended. Each keeper takes its own questions in order, as a partition does.
 */
function playOut(
  world: World,
  each: (command: SagaCommand, state: SagaState, atMs: number) => void,
) {
  let state = sagaDecider.initialState;
  let { atMs } = anyContext;
  const picks = [...world.picks];
  const losses = [...world.losses];
  let ended: typeof world.end | null = null;
  const needsOf = world.has.map((count) => ({ left: count }));
  // Stock that was short comes in some time later, or a paid order could never be handed over.
  const hasNow = (index: number) => () => {
    const need = needsOf[index];
    if (need === undefined || need.left === 0) return true;
    need.left -= 1;
    return false;
  };
  const [tea, cup, money] = [hasNow(0), hasNow(1), hasNow(2)].map(openKeeper) as [
    Keeper,
    Keeper,
    Keeper,
  ];
  const inbox: SagaCommand[] = [];
  const events: SagaEvent[] = [];

  function tell(event: SagaEvent): void {
    const isLost = losses.shift() ?? false;
    if (isLost) return;
    if (event.type === 'CheckoutStockRequested' && event.data.step !== 'UNKNOWN') {
      const { step, reservationIds } = event.data;
      for (const id of reservationIds) {
        const line = id.endsWith('1') ? 1 : 2;
        inbox.push(say.stock(step, line, (line === 1 ? tea : cup).ask(stepsOf[step])));
      }
    }
    if (event.type === 'CheckoutFundsRequested' && event.data.step !== 'UNKNOWN') {
      const { step } = event.data;
      inbox.push(say.funds(step, money.ask(fundStepsOf[step])));
    }
    if (event.type === 'CheckoutPaymentRequested')
      inbox.push(say.payment(world.isPaymentOpen ? null : 'REFUSED'));
    if (event.type === 'CheckoutOrderRequested')
      endOrder(event.data.step === 'SETTLE' ? 'PAID' : 'FAILED');
  }

  function endOrder(how: typeof world.end): void {
    ended ??= how;
    inbox.push(say.ended(ended));
  }

  function take(command: SagaCommand): void {
    each(command, state, atMs);
    const decision = sagaDecider.decide(command, state, { ...anyContext, atMs });
    if (decision.kind !== 'accepted') return;
    for (const event of decision.events) {
      state = sagaDecider.evolve(state, event);
      events.push(event);
    }
    for (const event of decision.events) tell(event);
  }

  take(say.start(world.how));
  for (let step = 0; step < 400 && state.status === 'open'; step += 1) {
    if (step === world.endsAfter) endOrder(world.end);
    // Answers of different keepers may overtake one another; now and then one comes twice.
    const drawn = picks.shift() ?? 0;
    const next = firstOfItsKind(inbox, Math.min(drawn, inbox.length - 1));
    if (next === undefined) {
      const [timer] = sagaDecider.timers(state);
      atMs = timer?.dueMs ?? atMs + 1;
      if (timer !== undefined) take(say.repeat);
      continue;
    }
    take(next);
    if (drawn === 5) take(next);
  }
  return { state, events, end: () => ended, keepers: { tea, cup, money } };
}

/** The oldest answer of the same keeper as the one at this place: a partition keeps its order. */
function firstOfItsKind(inbox: SagaCommand[], at: number): SagaCommand | undefined {
  const kindOf = (command: SagaCommand | undefined): string =>
    command?.type === 'RecordStockAnswer' ? command.data.sku : (command?.type ?? '');
  const kind = kindOf(inbox[at]);
  const first = inbox.findIndex((command) => kindOf(command) === kind);
  return inbox.splice(first, 1)[0];
}

describe('whatever is short, lost, repeated or overtaken', () => {
  it('a checkout ends, and goods and money are where the end of the order says', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { state, end, keepers } = playOut(world, () => undefined);
        const isPaid = end() === 'PAID';
        expect(state.status).toBe(isPaid ? 'COMPLETED' : 'COMPENSATED');
        const { tea, cup, money } = keepers;
        for (const { kept } of [tea, cup]) {
          if (isPaid) expect(kept).toBe('taken');
          else expect(['none', 'free']).toContain(kept);
        }
        if (isPaid) expect(money.kept).toBe(world.how === 'channel' ? 'none' : 'taken');
        else expect(['none', 'free']).toContain(money.kept);
      }),
      { numRuns: 2_000 },
    );
  });

  it('the same command twice makes no second event', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        playOut(world, (command, before, atMs) => {
          const context = { ...anyContext, atMs };
          const first = sagaDecider.decide(command, before, context);
          if (first.kind !== 'accepted') return;
          const after = first.events.reduce((s, e) => sagaDecider.evolve(s, e), before);
          expect(sagaDecider.decide(command, after, context).kind).not.toBe('accepted');
        });
      }),
      { numRuns: 300 },
    );
  });

  it('who wants something has asked for it, and has a timer to ask again', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        playOut(world, (_command, state) => {
          if (state.status !== 'open') return;
          const wants = wantsOf(state);
          for (const { reservationId, asked } of state.lines) {
            const wanted = wants.stock.get(reservationId);
            if (wanted !== undefined) expect(asked).toBe(wanted);
          }
          if (wants.funds !== null) expect(state.funds.asked).toBe(wants.funds);
          if (wants.other !== null) expect(state.asked).toBe(wants.other);
          const isWaiting = wants.stock.size > 0 || wants.funds !== null || wants.other !== null;
          expect(sagaDecider.timers(state)).toHaveLength(isWaiting ? 1 : 0);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('goods leave for a paid order only, and come back from an unpaid one only', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { events } = playOut(world, () => undefined);
        events.forEach((event, index) => {
          if (event.type !== 'CheckoutStockRequested' && event.type !== 'CheckoutFundsRequested')
            return;
          const before = events.slice(0, index);
          const ends = before.flatMap((e) => (e.type === 'CheckoutOrderEnded' ? e.data.end : []));
          const { step } = event.data;
          if (step === 'CONFIRM' || step === 'CAPTURE') expect(ends).toEqual(['PAID']);
          if (step !== 'RELEASE') return;
          expect(ends).toHaveLength(1);
          expect(ends).not.toContain('PAID');
        });
      }),
      { numRuns: 500 },
    );
  });
});
