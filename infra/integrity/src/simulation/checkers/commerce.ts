import type { AccountsEvent, CheckoutEvent, InventoryEvent, OrdersEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { commerceViolations } from '../../checks/check-commerce.ts';
import { isReadable, keyOf, ownEntries } from '../history/history.ts';
import { takenIn } from '../oracles/parking.ts';
import type { Checker } from './checker.ts';

/** I7, and no checkout is left hanging. The catalogue ties each topic to its union. */
export const commerceChecker: Checker = {
  name: 'commerce',
  title: 'stock and money are never below zero, go where the end of their order says, and add up',
  check(history) {
    const heard = new Set(takenIn(history, topics.ordersEvents.name));
    return commerceViolations({
      inventory: ownEntries(history, topics.inventoryEvents.name).map(
        ({ payload }) => payload as InventoryEvent,
      ),
      accounts: ownEntries(history, topics.accountsEvents.name).map(
        ({ payload }) => payload as AccountsEvent,
      ),
      orders: ownEntries(history, topics.ordersEvents.name).map((entry) => ({
        key: keyOf(entry),
        event: entry.payload as OrdersEvent,
        isHeard: heard.has(entry),
      })),
      checkouts: history
        .committed(topics.checkoutEvents.name)
        .filter(isReadable)
        .map((entry) => ({ key: keyOf(entry), event: entry.payload as CheckoutEvent })),
    });
  },
};
