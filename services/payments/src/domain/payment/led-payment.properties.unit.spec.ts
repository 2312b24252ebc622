import type { GatewayResult } from '@plumbline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step, Told } from '../../testing/led-payments.ts';
import {
  after,
  callback,
  close,
  create,
  expire,
  policy,
  proceed,
  hint,
  query,
  refund,
  refundSecond,
  report,
  start,
  when,
} from '../../testing/led-payments.ts';
import { isLed } from './calls.ts';
import { paymentDecider } from './payment.ts';
import { reservedMinor } from './refunds.ts';
import { hasEnded } from './state.ts';

const results: readonly GatewayResult[] = [
  ...(['ACCEPTED', 'ACCEPTED', 'PENDING', 'PAID', 'PAID', 'FAILED', 'CLOSED'] as const),
  ...(['NOT_FOUND', 'REFUSED', 'REFUNDED', 'NOT_SENT', 'UNKNOWN'] as const),
];
const idOf = (n: number): string => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`;

/** What may come, and after how long. Timers fire by themselves, below. */
const anyStep: fc.Arbitrary<readonly [Step, number]> = fc.tuple(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('w1', 'w1', 'w2').map((worker) => start(worker)) },
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...results), fc.constantFrom('w1', 'w1', 'w1', 'w2'))
        .map(([result, worker]) => report(result, {}, worker)),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(1n, 4_000n, 9_999n), fc.nat(5))
        .map(([amountMinor, n]) => refund(amountMinor, { refundId: idOf(n) })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(4_000n, 9_999n), fc.nat(5))
        .map(([amountMinor, n]) => refundSecond({ amountMinor, refundId: idOf(n) })),
    },
    fc.constant<Step>(report('PAID', { gatewayTransactionId: 'G-2' })),
    fc.constantFrom<Step>(query, hint),
    fc.constant<Step>(close),
    fc.constant<Step>(expire),
    fc.constant<Step>(proceed),
    fc.constantFrom<Step>(callback('SUCCESS'), callback('FAILED')),
  ),
  fc.constantFrom(0, 0, 100, 3_000, 20_000, 100_000),
);

interface Taken {
  readonly before: Told;
  readonly done: ReturnType<typeof when>;
}

function holds(each: (taken: Taken) => void): void {
  fc.assert(
    fc.property(
      fc.array(anyStep, { maxLength: 30 }),
      fc.constantFrom(1, 3),
      fc.constantFrom('MOCK' as const, 'LAKALA' as const),
      (steps, attemptsMax, channel) => {
        let told = after(null, create({ channel, gateway: { ...policy, attemptsMax } }));
        const take = (step: Step, ms: number): void => {
          const done = when(told, step, ms);
          each({ before: told, done });
          told = done.told;
        };
        for (const [step, ms] of steps) {
          take(step, ms);
          for (const timer of paymentDecider.timers(told.state)) {
            if (timer.dueMs <= told.atMs) take(paymentDecider.onTimer(timer, told.state), 0);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
}

describe('whatever happens to a payment at its gateway, in whatever order', () => {
  it('refunds that may still come never exceed what was captured', () => {
    holds(({ done: { state } }) => {
      if (state.status === 'none') return;
      const capturedMinor = hasEnded(state) ? state.capturedMinor : 0n;
      expect(reservedMinor(state, null)).toBeLessThanOrEqual(capturedMinor);
      const second = state.status === 'succeeded' ? state.amountMinor : 0n;
      expect(reservedMinor(state, 'G-1') + reservedMinor(state, 'G-2')).toBeLessThanOrEqual(second);
      if (state.status !== 'succeeded') return;
      const others = Object.values(state.refunds).map((each) => each.gatewayTransactionId);
      expect(others).not.toContain(state.channelTradeNo);
    });
  });

  it('an end is never left', () => {
    holds(({ before, done: { state } }) => {
      if (before.state.status === 'none' || !hasEnded(before.state)) return;
      expect(state.status).toBe(before.state.status);
    });
  });

  it('what may have reached the gateway ends only by what the gateway says', () => {
    holds(({ before, done: { state, command } }) => {
      if (before.state.status === 'none' || state.status === 'none') return;
      if (hasEnded(before.state) || !hasEnded(state)) return;
      if (!isLed(before.state) || !before.state.gateway.sent) return;
      expect(['ReportGatewayCall', 'ReportMockCallback']).toContain(command.type);
      const said = command.type === 'ReportGatewayCall' ? command.data.answer.result : 'CALLBACK';
      expect(['UNKNOWN', 'ACCEPTED', 'PENDING', 'REFUNDED']).not.toContain(said);
    });
  });

  it('the same command at the same moment makes no second event', () => {
    holds(({ done }) => {
      expect(when(done.told, done.command).events).toEqual([]);
    });
  });

  it('nothing is left hanging: what has not ended waits for a worker or has a timer', () => {
    holds(({ done: { state } }) => {
      if (state.status === 'none' || !isLed(state)) return;
      const waits = (line: { readonly call: { readonly started: object | null } | null }) =>
        line.call !== null && line.call.started === null;
      const names = paymentDecider.timers(state).map(({ name }) => name);
      if (!hasEnded(state) && !waits(state.gateway.line)) expect(names).toContain('proceed');
      for (const each of Object.values(state.refunds)) {
        if (each.status === 'succeeded' || each.status === 'failed' || waits(each.line)) continue;
        expect(names).toContain(`refund-${each.refundId}`);
      }
    });
  });

  it('a call that moves money is sent by one worker, and only when none of it is under way', () => {
    holds(({ before, done: { events } }) => {
      for (const event of events) {
        if (event.type !== 'GatewayCallStarted') continue;
        const again = before.events.some(
          (other) => other.type === 'GatewayCallStarted' && other.data.callId === event.data.callId,
        );
        expect(again).toBe(false);
      }
    });
  });
});
