import type { ResultsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { derivedUuid, partitionOfRecordKey, slotOf } from '@plumbline/kernel';
import { checkChains } from '../../checks/check-log.ts';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import type { ReadEntry } from '../history/history.ts';
import { keyOf, ownEntries } from '../history/history.ts';
import type { MerchantChange } from '../oracles/merchant-words.ts';
import { merchantChanges } from '../oracles/merchant-words.ts';
import type { Checker } from './checker.ts';

/** I3: each change of a status is told, from the one before, once, and nothing else. */
export const resultsChecker: Checker = {
  name: 'results',
  title: "a merchant is told each change of its orders' and refunds' statuses, in order, once",
  check(history) {
    const told = ownEntries(history, topics.resultsEvents.name);
    const due = merchantChanges(history);
    return [
      ...compare(
        byOrder(due, ({ entry }) => keyOf(entry)),
        byOrder(told, keyOf),
      ),
      ...idsTwice(told),
      ...checkChains(told),
      ...told.flatMap((entry) =>
        partitionOfRecordKey(keyOf(entry), history.partitions) === entry.record.partition
          ? []
          : [violation('I3', `a result of ${keyOf(entry)} stands elsewhere`)],
      ),
    ];
  },
};

function byOrder<T>(
  all: readonly T[],
  keyOfOne: (one: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOfOne(one);
    const list = found.get(key);
    if (list === undefined) found.set(key, [one]);
    else list.push(one);
  }
  return found;
}

/** Results of one order stand in the order of the events that they tell of. */
function compare(
  due: ReadonlyMap<string, readonly MerchantChange[]>,
  told: ReadonlyMap<string, readonly ReadEntry[]>,
): readonly Violation[] {
  return [...new Set([...due.keys(), ...told.keys()])].flatMap((key) => {
    const expected = (due.get(key) ?? []).map((change) => dueText(key, change));
    const found = (told.get(key) ?? []).map(toldText);
    const at = expected.findIndex((text, index) => text !== found[index]);
    const first = at < 0 ? expected.length : at;
    if (first === expected.length && found.length === expected.length) return [];
    const instead = found[first] ?? 'nothing';
    return [
      violation('I3', `${key} was told ${instead} where ${expected[first] ?? 'nothing'} is due`),
    ];
  });
}

function dueText(key: string, change: MerchantChange): string {
  const { entry, refundId, payNo, from, to, number, amountMinor, currency } = change;
  const orderId = derivedUuid(slotOf(key), 'payment-order', key);
  const { id, timeMs } = entry.envelope;
  return [
    ...[refundId ?? 'payment', orderId, key, payNo, `${from}>${to}`],
    // Only what succeeded has its number from the event itself.
    ...[to === 'succeeded' ? number : '-', amountMinor, currency, `at ${timeMs} by ${id}`],
  ].join(' ');
}

function toldText(entry: ReadEntry): string {
  const { type, data } = entry.payload as ResultsEvent;
  const what = type === 'RefundResult' ? data.refundOrderId : 'payment';
  const number = type === 'RefundResult' ? data.gatewayRefundId : data.gatewayTransactionId;
  const { paymentOrderId, tenant, orderNo, payNo, oldStatus, newStatus } = data;
  const { amountMinor, currency, occurredAt } = data;
  return [
    ...[what, paymentOrderId, `${tenant}/${orderNo}`, payNo, `${oldStatus}>${newStatus}`],
    ...[newStatus === 'succeeded' ? number : '-', amountMinor, currency],
    `at ${occurredAt} by ${String(entry.envelope.causationId)}`,
  ].join(' ');
}

function idsTwice(told: readonly ReadEntry[]): readonly Violation[] {
  const ids = new Set<string>();
  return told.flatMap(({ envelope: { id } }) => {
    if (ids.has(id)) return [violation('I6', `${topics.resultsEvents.name}: ${id} came twice`)];
    ids.add(id);
    return [];
  });
}
