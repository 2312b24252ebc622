import type { PaymentsEvent, ResultsEvent } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { KeyedPaymentsEvent } from './check-books.ts';
import type { LoggedResult, StreamedResult } from './check-results.ts';
import { checkResults } from './check-results.ts';

const key = 'app/O1';

/** Only what the checker looks at. */
const event = (type: PaymentsEvent['type'], data: object = {}): KeyedPaymentsEvent => ({
  key,
  event: { type, data: { payNo: 'P1', ...data } } as unknown as PaymentsEvent,
});

const payments = [
  event('PaymentCreated', { merchant: {} }),
  event('PaymentUnknown'),
  event('PaymentProcessing'),
  event('PaymentSucceeded'),
  event('RefundRequested', { refundId: 'r1' }),
  event('RefundFailed', { refundId: 'r1' }),
];

const result = (eventId: string, change: readonly [string, string], refund = ''): LoggedResult => ({
  eventId,
  event: {
    type: refund === '' ? 'PaymentResult' : 'RefundResult',
    data: {
      ...{ tenant: 'app', orderNo: 'O1', oldStatus: change[0], newStatus: change[1] },
      refundOrderId: refund,
    },
  } as unknown as ResultsEvent,
});

const results = [
  result('e1', ['pending', 'processing']),
  result('e2', ['processing', 'succeeded']),
  result('e3', ['pending', 'failed'], 'r1'),
];

const entryOf = ({ eventId, event: { type, data } }: LoggedResult): StreamedResult => ({
  stream: type === 'PaymentResult' ? 'payment_results' : 'refund_results',
  fields: {
    ...{ event_id: eventId, app_id: 'app', merchant_order_id: 'O1' },
    ...{ old_status: data.oldStatus, new_status: data.newStatus },
    ...(type === 'RefundResult' ? { refund_order_id: data.refundOrderId } : {}),
  },
});

const entries = results.map(entryOf);
const [first, second, third] = entries as [StreamedResult, StreamedResult, StreamedResult];

describe('the checker of results', () => {
  it('finds nothing when every change was told in order, some of them twice', () => {
    const streamed = [first, second, first, third, second];
    expect(checkResults({ payments, results, streamed })).toEqual([]);
  });

  it('leaves payments alone of which no merchant is told', () => {
    const own = [event('PaymentCreated', { merchant: null }), event('PaymentSucceeded')];
    expect(checkResults({ payments: own, results: [], streamed: [] })).toEqual([]);
  });

  it.each([
    ['a change that Redis never told', results, [first, third], ['I9']],
    ['changes out of order', results, [second, first, third], ['I9']],
    [
      'an entry of nobody',
      results,
      [...entries, { ...first, fields: { ...first.fields, event_id: 'x' } }],
      ['I9', 'I2'],
    ],
    ['a change that the log does not have', results.slice(0, 2), entries, ['I9', 'I2']],
    [
      'a change told twice under two ids',
      [...results, result('e4', ['processing', 'succeeded'])],
      entries,
      ['I9'],
    ],
  ] as const)('finds %s', (_what, logged, streamed, invariants) => {
    const found = checkResults({ payments, results: logged, streamed });
    expect(found.map(({ invariant }) => invariant)).toEqual(invariants);
  });
});
