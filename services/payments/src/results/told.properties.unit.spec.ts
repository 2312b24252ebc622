import type { ResultsEvent } from '@plumbline/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentEvent } from '../domain/payment/events.ts';
import { evolve } from '../domain/payment/evolve.ts';
import type { PaymentState } from '../domain/payment/state.ts';
import { initialPayment } from '../domain/payment/state.ts';
import {
  after,
  callback,
  close,
  create,
  expire,
  merchant,
  policy,
  proceed,
  query,
  refund,
  report,
  start,
  when,
} from '../testing/led-payments.ts';
import { paymentDecider } from '../domain/payment/payment.ts';
import type { Told } from './told.ts';
import { tell } from './told.ts';

const refundIds = [1, 2, 3].map((n) => `00000000-0000-8000-8000-00000000000${n}`);

const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.constant(start()) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(
        ...(['ACCEPTED', 'PENDING', 'PAID', 'FAILED', 'CLOSED', 'NOT_FOUND'] as const),
        ...(['REFUSED', 'REFUNDED', 'NOT_SENT', 'UNKNOWN'] as const),
      )
      .chain((result) =>
        fc
          .constantFrom(null, 'N-1', 'N-2')
          .map((number) =>
            number === null
              ? report(result)
              : report(result, { gatewayTransactionId: number, gatewayRefundId: number }),
          ),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(1n, 4_000n, 9_999n), fc.constantFrom(...refundIds))
      .map(([amountMinor, refundId]) => refund(amountMinor, { refundId })),
  },
  fc.constantFrom(query, close, expire, proceed, callback('SUCCESS'), callback('FAILED')),
);

/** Histories that the decider makes of whatever comes, its own timers in between. */
const anyHistory = fc
  .tuple(
    fc.array(fc.tuple(anyStep, fc.constantFrom(0, 100, 3_000, 100_000)), { maxLength: 30 }),
    fc.constantFrom(1, 3),
    fc.constantFrom('by hand', 'new', 'paid', 'refunding'),
  )
  .map(([steps, attemptsMax, from]) => {
    const gateway = from === 'by hand' ? null : { ...policy, attemptsMax };
    const paid = from === 'paid' || from === 'refunding' ? [start(), callback('SUCCESS')] : [];
    const asked = from === 'refunding' ? [refund(1n, { refundId: refundIds[0] ?? '' })] : [];
    let told = after(null, create({ merchant, gateway }), ...paid, ...asked);
    for (const [step, afterMs] of steps) {
      told = when(told, step, afterMs).told;
      for (const timer of paymentDecider.timers(told.state))
        if (timer.dueMs <= told.atMs)
          told = when(told, paymentDecider.onTimer(timer, told.state)).told;
    }
    return told.events;
  });

const words = {
  ...{ created: 'pending', requested: 'pending', processing: 'processing' },
  ...{ unknown: 'processing', succeeded: 'succeeded', failed: 'failed', closed: 'failed' },
} as const;

interface Shown {
  readonly status: string;
  readonly number: string | null;
}

/** What contract 4 shows of the payment and each refund, by the decider's own fold. */
function shownOf(state: PaymentState): Readonly<Record<string, Shown>> {
  if (state.status === 'none') return {};
  const known = state.gateway?.gatewayTransactionId ?? null;
  const number = 'channelTradeNo' in state ? (state.channelTradeNo ?? known) : known;
  const refunds = Object.values(state.refunds).map(
    (each) =>
      [each.refundId, { status: words[each.status], number: each.gatewayRefundId }] as const,
  );
  return { payment: { status: words[state.status], number }, ...Object.fromEntries(refunds) };
}

const nameOf = (result: ResultsEvent): string =>
  result.type === 'PaymentResult' ? 'payment' : result.data.refundOrderId;
const numberOf = (result: ResultsEvent): string | null =>
  result.type === 'PaymentResult' ? result.data.gatewayTransactionId : result.data.gatewayRefundId;

const play = (events: readonly PaymentEvent[]) => {
  const results: ResultsEvent[] = [];
  let told: Told | null = null;
  for (const [index, event] of events.entries()) {
    const telling = tell(told, { event, key: 'main/O-1', atMs: index });
    told = telling?.told ?? null;
    results.push(...(telling?.result ? [telling.result] : []));
  }
  return { told, results };
};

describe('whatever happens to a payment of a merchant', () => {
  it('each status that it comes to is told, from the one before, and nothing else', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const expected: unknown[] = [];
        let state: PaymentState = initialPayment;
        for (const event of events) {
          const before = shownOf(state);
          state = evolve(state, event);
          for (const [name, { status, number }] of Object.entries(shownOf(state))) {
            const old = before[name]?.status ?? 'pending';
            if (status !== old) expected.push({ name, old, status, number });
          }
        }
        const told = play(events).results.map((result) => ({
          ...{ name: nameOf(result), old: result.data.oldStatus, status: result.data.newStatus },
          number: numberOf(result),
        }));
        expect(told).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('what is kept is what is under way', () => {
    fc.assert(
      fc.property(anyHistory, (events) => {
        const state = events.reduce(evolve, initialPayment);
        const open = Object.entries(shownOf(state)).filter(
          ([, { status }]) => status === 'pending' || status === 'processing',
        );
        const { told } = play(events);
        const kept = [...(told?.payment ? ['payment'] : []), ...Object.keys(told?.refunds ?? {})];
        expect(kept.sort()).toEqual(open.map(([name]) => name).sort());
      }),
      { numRuns: 200 },
    );
  });

  it('events in any order, any of them missing or repeated, end nothing and tell of no end twice', () => {
    const anyOrder = anyHistory.chain((events) => fc.array(fc.constantFrom(...events)));
    fc.assert(
      fc.property(anyOrder, (events) => {
        const ends = play(events)
          .results.filter(({ type }) => type === 'PaymentResult')
          .filter(({ data }) => data.newStatus === 'succeeded' || data.newStatus === 'failed');
        expect(ends.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});
