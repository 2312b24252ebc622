import type { OrdersEvent, PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { checkChains } from '../../checks/check-log.ts';
import type { Violation } from '../../checks/violation.ts';
import { violation } from '../../checks/violation.ts';
import { ownEntries } from '../history/history.ts';
import { contexts } from '../oracles/parking.ts';
import type { ModelOrder } from '../oracles/order-model.ts';
import { walkOf } from '../oracles/walk.ts';
import type { Checker } from './checker.ts';

/** I5 */
export const chainsChecker: Checker = {
  name: 'chains',
  title: 'the events of each aggregate are numbered 1…n and chained by hash',
  check: (history) => contexts.flatMap(({ events }) => checkChains(ownEntries(history, events))),
};

/** I5 */
export const transitionsChecker: Checker = {
  name: 'transitions',
  title: 'no order and no payment makes a move that there is not',
  check: (history) => walkOf(history).impossible,
};

/** I7 */
export const moneyChecker: Checker = {
  name: 'money',
  title: 'what was captured is what was authorised, and what was ordered is what was paid',
  check(history) {
    const found: Violation[] = [];
    const { orders, payments } = walkOf(history);
    for (const { payload, record } of ownEntries(history, topics.paymentsEvents.name)) {
      const event = payload as PaymentsEvent;
      if (event.type !== 'PaymentSucceeded') continue;
      const key = record.key?.toString() ?? '';
      found.push(...differences(`payment of ${key}`, event.data, payments.get(key)?.model ?? null));
    }
    for (const { payload, record } of ownEntries(history, topics.ordersEvents.name)) {
      const event = payload as OrdersEvent;
      if (event.type !== 'OrderPaid') continue;
      const key = record.key?.toString() ?? '';
      found.push(...differences(`order ${key}`, event.data, owedBy(orders.get(key)?.model)));
      found.push(...differences(`order ${key}`, event.data, payments.get(key)?.model ?? null));
    }
    return found;
  },
};

/** What a payment has to bring. */
const owedBy = (order: ModelOrder | null | undefined): Amount | null =>
  order ? { ...order, amountMinor: order.amountMinor - (order.balanceMinor ?? 0n) } : null;

interface Amount {
  readonly amountMinor: bigint;
  readonly currency: string;
}

function differences(what: string, moved: Amount, agreed: Amount | null): readonly Violation[] {
  if (agreed === null) return [violation('I7', `${what}: money moved, and nothing was agreed`)];
  if (moved.amountMinor === agreed.amountMinor && moved.currency === agreed.currency) return [];
  const text = ({ amountMinor, currency }: Amount) => `${amountMinor} ${currency}`;
  return [violation('I7', `${what}: ${text(moved)} moved, ${text(agreed)} agreed`)];
}
