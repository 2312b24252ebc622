import type { PaymentsEvent, ResultsEvent } from '@plumbline/events';
import { splitRoutingKey } from '@plumbline/kernel';
import type { KeyedPaymentsEvent } from './check-books.ts';
import type { Violation } from './violation.ts';
import { violation } from './violation.ts';

/** A result as the log has it. */
export interface LoggedResult {
  readonly eventId: string;
  readonly event: ResultsEvent;
}

/** An entry of a result stream as a consumer was given it. */
export interface StreamedResult {
  readonly stream: 'payment_results' | 'refund_results';
  readonly fields: Readonly<Record<string, string>>;
}

/** Changes of status of each thing that a merchant is told of, `old>new`, by its name. */
type Changes = ReadonlyMap<string, readonly string[]>;

/**
 * Every change of a merchant's payment order and refund is told, in order, none twice: what the log
 * of payments means in contract 4's words, by a fold of its own, is what `results.events.v1` has,
 * and what a consumer of Redis was given, once repeats of an `event_id` are dropped.
 */
export function checkResults(of: {
  readonly payments: readonly KeyedPaymentsEvent[];
  readonly results: readonly LoggedResult[];
  readonly streamed: readonly StreamedResult[];
}): readonly Violation[] {
  const expected = expectedChanges(of.payments);
  const logged = grouped(of.results, ({ event: { type, data } }) => [
    type === 'PaymentResult' ? orderName(data.tenant, data.orderNo) : data.refundOrderId,
    `${data.oldStatus}>${data.newStatus}`,
  ]);
  const seen = firstSights(of.streamed);
  const streamed = grouped(seen, ({ stream, fields }) => [
    stream === 'payment_results'
      ? orderName(fields['app_id'] ?? '', fields['merchant_order_id'] ?? '')
      : (fields['refund_order_id'] ?? ''),
    `${fields['old_status'] ?? ''}>${fields['new_status'] ?? ''}`,
  ]);
  return [
    ...difference('results.events', expected, logged),
    ...difference('Redis', expected, streamed),
    ...sameIds(of.results, seen),
  ];
}

const orderName = (tenant: string, orderNo: string): string => `${tenant}/${orderNo}`;

/** Contract 4's words, and nothing for what no merchant is told of. */
const words: Partial<Record<PaymentsEvent['type'], string>> = {
  PaymentProcessing: 'processing',
  PaymentUnknown: 'processing',
  PaymentSucceeded: 'succeeded',
  PaymentFailed: 'failed',
  PaymentClosed: 'failed',
  RefundProcessing: 'processing',
  RefundUnknown: 'processing',
  RefundSucceeded: 'succeeded',
  RefundFailed: 'failed',
};

function expectedChanges(payments: readonly KeyedPaymentsEvent[]): Changes {
  const merchants = new Set<string>();
  const statuses = new Map<string, string>();
  const changes = new Map<string, string[]>();
  for (const { key, event } of payments) {
    if (event.type === 'PaymentCreated' && event.data.merchant !== null) merchants.add(key);
    const word = words[event.type];
    if (!merchants.has(key) || word === undefined) continue;
    const { tenant, orderNo } = splitRoutingKey(key);
    const refundId = 'refundId' in event.data ? event.data.refundId : null;
    const name = refundId ?? orderName(tenant, orderNo);
    const before = statuses.get(name) ?? 'pending';
    if (before === word) continue;
    statuses.set(name, word);
    changes.set(name, [...(changes.get(name) ?? []), `${before}>${word}`]);
  }
  return changes;
}

function grouped<T>(items: readonly T[], of: (item: T) => readonly [string, string]): Changes {
  const found = new Map<string, string[]>();
  for (const item of items) {
    const [name, change] = of(item);
    found.set(name, [...(found.get(name) ?? []), change]);
  }
  return found;
}

function firstSights(streamed: readonly StreamedResult[]): readonly StreamedResult[] {
  const ids = new Set<string>();
  return streamed.filter(({ fields }) => {
    const id = fields['event_id'] ?? '';
    return !ids.has(id) && ids.add(id);
  });
}

function difference(where: string, expected: Changes, found: Changes): readonly Violation[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((name) => {
    const [should, is] = [expected.get(name) ?? [], found.get(name) ?? []].map((c) => c.join(' '));
    if (should === is) return [];
    return [violation('I9', `${where} tells ${is || 'nothing'} of ${name}, and not ${should}`)];
  });
}

function sameIds(
  results: readonly LoggedResult[],
  seen: readonly StreamedResult[],
): readonly Violation[] {
  const logged = new Set(results.map(({ eventId }) => eventId));
  return seen
    .filter(({ fields }) => !logged.has(fields['event_id'] ?? ''))
    .map(({ fields }) => violation('I2', `Redis has ${fields['event_id'] ?? '?'} of no result`));
}
