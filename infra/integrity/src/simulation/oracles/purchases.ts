import type { OrderCreated } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History } from '../history/history.ts';
import { isReadable, keyOf } from '../history/history.ts';
import { takenIn } from './parking.ts';

/** Keys of orders that a checkout leads, and that the checkout could take in. */
export const purchaseKeys = (history: History): ReadonlySet<string> =>
  new Set(
    takenIn(history, topics.ordersEvents.name)
      .filter(isReadable)
      .filter(
        ({ payload }) =>
          payload.type === 'OrderCreated' && (payload.data as OrderCreated).purchase !== null,
      )
      .map(keyOf),
  );
