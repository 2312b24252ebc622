import type { AggregateIndex } from '@plumbline/runtime';
import type { ActiveOrder } from './active-order.ts';
import { accountKey, accountOfKey } from './domain/receiving/account-key.ts';
import type { AccountState, WaitingOrder } from './domain/receiving/state.ts';

/** What waits for money, for whoever shows it to monitor clients. */
export const activeOrdersStore = 'active';

/** An order that waits, and on whose account. */
export interface ActiveOrderEntry extends ActiveOrder {
  readonly tenant: string;
  readonly reference: string;
}

/**
 * The orders that wait for money, of all accounts of a partition: a function of the decided states,
 * so that what clients are shown follows from the log and from nothing else.
 */
export const activeIndex: AggregateIndex<AccountState> = {
  store: activeOrdersStore,
  partsOf(state) {
    if (state.status === 'none') return new Map();
    const key = accountKey(state);
    return new Map(state.active.map((order) => [`${key}/${order.reference}`, order]));
  },
  entryOf(part, { key }): ActiveOrderEntry {
    // The parts are those above.
    const { reference, orderNo: orderId, cid, type, expireAtMs, pattern } = part as WaitingOrder;
    const { tenant, pid, aid } = accountOfKey(key);
    return {
      ...{ tenant, reference, orderId, pid, aid, cid, type, expiresAtMs: expireAtMs },
      pattern: pattern === 1 ? 1 : 0,
    };
  },
};
