import type { PaymentsEvent } from '@plumbline/events';
import { expect, it } from 'vitest';
import type { KeyedPaymentsEvent } from './check-books.ts';
import type { RefundAnswer } from './check-refund-answers.ts';
import { checkRefundAnswers } from './check-refund-answers.ts';

/** Only what the checker looks at. */
const event = (type: PaymentsEvent['type'], refundId: string, amountMinor = 5n) =>
  ({
    key: 'app/O1',
    event: { type, data: { refundId, amountMinor } },
  }) as unknown as KeyedPaymentsEvent;
const log = ['a', 'b'].flatMap((id) => [
  event('RefundRequested', id),
  event('RefundSucceeded', id),
]);
const taken = (key: string | null, refundId: string, amountMinor = 5): RefundAnswer => ({
  ...{ key, refundId, amountMinor, status: 202 },
});
const lost: RefundAnswer = { key: null, amountMinor: 5, status: null, refundId: null };
const refused: RefundAnswer = { key: 'k2', amountMinor: 5, status: 409, refundId: null };
const answers = [taken('k1', 'a'), taken('k1', 'a'), taken(null, 'b'), refused];
const shown = ['a', 'b'].map((id) => ({ id, status: 'succeeded', amount: 5 }));

it('answers that the log keeps are sound, and so is a refund whose answer was lost', () => {
  expect(checkRefundAnswers({ log, answers, shown })).toEqual([]);
  const unheard = [taken('k1', 'a'), lost];
  expect(checkRefundAnswers({ log, answers: unheard, shown })).toEqual([]);
});

it.each([
  ['an answer without its refund', [...answers, taken(null, 'c')], shown, ['I1']],
  ['an answer of another sum', [taken('k1', 'a', 6), taken(null, 'b')], shown, ['I1']],
  ['a key with two refunds', [taken('k1', 'a'), taken('k1', 'b')], shown, ['I3']],
  ['one refund for two requests', [...answers, taken('k3', 'a')], shown, ['I3']],
  ['a refund that nobody was told of', [taken('k1', 'a'), refused], shown, ['I17']],
  ['a refund that shows another end', answers, [{ id: 'a', status: 'failed', amount: 5 }], ['I4']],
] as const)('finds %s', (_what, given, seen, invariants) => {
  const found = checkRefundAnswers({ log, answers: given, shown: seen });
  expect(found.map(({ invariant }) => invariant)).toEqual(invariants);
});
