import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Books } from './books.ts';
import { applyEntry, emptyBooks, paymentOf, refundsOf } from './books.ts';
import type { Call, Ids } from './decide.ts';
import { closePayment, declinePayment, executeCall, payPayment, settleRefund } from './decide.ts';
import type { Entry } from './entries.ts';
import { entryOfLine, entryToLine } from './entries.ts';
import type { PaymentStatus } from './payment.ts';

const ids = (): Ids => {
  let next = 0;
  const one = (): string => `id${(next += 1)}`;
  return {
    payment: () => ({ orderId: one(), transactionId: one(), statementId: one() }),
    refund: one,
  };
};

const reference = fc.constantFrom('A', 'B');
const amountMinor = fc.bigInt({ min: 1n, max: 50n });
const currency = fc.constantFrom('CNY', 'JPY');

const call: fc.Arbitrary<Call> = fc.oneof(
  fc.record({
    ...{ on: fc.constant('create' as const), reference, amountMinor, currency },
    ...{ subject: fc.string(), expireAtMs: fc.integer({ min: 50, max: 200 }) },
    ...{ notifyUrl: fc.constant(null), returnUrl: fc.constant(null) },
  }),
  fc.record({ on: fc.constantFrom('query' as const, 'close' as const), reference }),
  fc.record({
    ...{ on: fc.constant('refund' as const), reference, amountMinor, currency },
    ...{ refundReference: fc.constantFrom('R1', 'R2', 'R3'), reason: fc.constant(null) },
    ...{ settleAtMs: fc.integer({ min: 0, max: 200 }) },
    settleAs: fc.constantFrom('SUCCESS' as const, 'FAILED' as const),
  }),
  fc.record({
    ...{ on: fc.constant('query-refund' as const), reference: fc.option(reference) },
    refundReference: fc.constantFrom('R1', 'R2', 'R3'),
  }),
);

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('call' as const), call }) },
  fc.record({
    kind: fc.constantFrom('pay' as const, 'decline' as const, 'close' as const, 'settle' as const),
    reference,
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function take(books: Books, one: Step, at: Parameters<typeof executeCall>[3]): void {
  if (one.kind === 'call') {
    executeCall(books, 'mock', one.call, at);
    return;
  }
  const payment = paymentOf(books, 'mock', one.reference);
  if (!payment) return;
  if (one.kind === 'pay') payPayment(books, payment, at);
  if (one.kind === 'decline') declinePayment(books, payment, at);
  if (one.kind === 'close') closePayment(books, payment, 'CONTROL', at);
  if (one.kind === 'settle')
    for (const refund of refundsOf(books, payment)) settleRefund(books, refund, at);
}

const moves: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  PENDING: ['PENDING', 'SUCCESS', 'FAILED', 'CLOSED'],
  SUCCESS: ['SUCCESS'],
  FAILED: ['FAILED'],
  CLOSED: ['CLOSED'],
};

describe('the books', () => {
  it('never refund more than was paid, and count each refund once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const books = emptyBooks();
        const own = ids();
        steps.forEach((one, index) => {
          take(books, one, { nowMs: index * 5, ids: own, written: [] });
          for (const payment of books.payments.values()) {
            if (payment.status !== 'SUCCESS') continue;
            const sum = (status: string): bigint =>
              refundsOf(books, payment)
                .filter((refund) => refund.status === status)
                .reduce((total, refund) => total + refund.amountMinor, 0n);
            expect(payment.refundedMinor).toBe(sum('SUCCESS'));
            expect(payment.reservedMinor).toBe(sum('PENDING'));
            expect(payment.refundedMinor + payment.reservedMinor <= payment.amountMinor).toBe(true);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('move a payment along its arrows only, and change nothing when they refuse', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const books = emptyBooks();
        const own = ids();
        steps.forEach((one, index) => {
          const before = new Map(books.payments);
          const written: Entry[] = [];
          take(books, one, { nowMs: index * 5, ids: own, written });
          for (const [key, payment] of before) {
            const now = books.payments.get(key);
            expect(moves[payment.status]).toContain(now?.status);
            if (written.length === 0) expect(now).toBe(payment);
          }
        });
      }),
      { numRuns: 300 },
    );
  });

  it('are the same when they are read back from their journal', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const books = emptyBooks();
        const own = ids();
        const written: Entry[] = [];
        steps.forEach((one, index) => take(books, one, { nowMs: index * 5, ids: own, written }));
        const readBack = emptyBooks();
        for (const entry of written) {
          const again = entryOfLine(entryToLine(entry));
          expect(again).not.toBeNull();
          if (again) applyEntry(readBack, again);
        }
        expect(readBack).toEqual(books);
      }),
      { numRuns: 300 },
    );
  });

  it('answer the same call twice with the same and write nothing for the second', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), call, (steps, last) => {
        const books = emptyBooks();
        const own = ids();
        steps.forEach((one, index) =>
          take(books, one, { nowMs: index * 5, ids: own, written: [] }),
        );
        executeCall(books, 'mock', last, { nowMs: 100, ids: own, written: [] });
        const before = structuredClone(books);
        const written: Entry[] = [];
        executeCall(books, 'mock', last, { nowMs: 100, ids: own, written });
        expect(written).toEqual([]);
        expect(books).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });
});
