import { describe, expect, it } from 'vitest';
import { applyEntry, emptyBooks } from './books.ts';
import type { Entry } from './entries.ts';
import { entryOfLine } from './entries.ts';

const at = { gateway: 'mock', reference: 'A', atMs: 5 } as const;
const created: Entry = {
  type: 'payment-created',
  payment: {
    ...{ gateway: 'mock', reference: 'A', orderId: 'o', transactionId: 't', statementId: 's' },
    ...{ amountMinor: 100n, currency: 'CNY', subject: '5n', expireAtMs: 9, createdAtMs: 1 },
    ...{ notifyUrl: null, returnUrl: null },
  },
};
const paid: Entry = { type: 'payment-paid', ...at };
const refund = (refundReference: string, amountMinor: bigint): Entry => ({
  type: 'refund-created',
  refund: {
    ...{ gateway: 'mock', reference: 'A', refundReference, refundId: 'r', amountMinor },
    ...{ currency: 'CNY', reason: null, status: 'PENDING', createdAtMs: 6 },
    ...{ settleAtMs: 7, settleAs: 'SUCCESS', settledAtMs: null },
  },
});
const settled: Entry = {
  ...{ type: 'refund-settled', gateway: 'mock', refundReference: 'R1', status: 'SUCCESS', atMs: 7 },
};

describe('an entry that cannot follow', () => {
  it.each<readonly [string, readonly Entry[], Entry]>([
    ['a payment twice', [created], created],
    ['money for a payment that is not there', [], paid],
    ['money twice', [created, paid], paid],
    [
      'a close after the money',
      [created, paid],
      { type: 'payment-closed', ...at, reason: 'ASKED' },
    ],
    ['a refund before the money', [created], refund('R1', 1n)],
    ['a refund of more than was paid', [created, paid], refund('R1', 101n)],
    ['refunds of more than was paid', [created, paid, refund('R1', 60n)], refund('R2', 41n)],
    ['a refund of nothing', [created, paid], refund('R1', 0n)],
    ['a refund twice', [created, paid, refund('R1', 1n)], refund('R1', 1n)],
    ['the end of a refund twice', [created, paid, refund('R1', 1n), settled], settled],
  ])('is refused, and changes nothing: %s', (_what, before, entry) => {
    const books = emptyBooks();
    for (const one of before) applyEntry(books, one);
    const kept = structuredClone(books);
    expect(() => applyEntry(books, entry)).toThrow();
    expect(books).toEqual(kept);
  });
});

describe('a line of the journal', () => {
  it.each(['', 'null', '[]', '"a"', '{}', '{"type":"seed-set"', '{"a":1}'])(
    'is none that is %j',
    (line) => expect(entryOfLine(line)).toBeNull(),
  );
});
