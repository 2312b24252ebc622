import type { PaymentsEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { History } from '../history/history.ts';
import { isReadable, keyOf } from '../history/history.ts';
import { takenIn } from './parking.ts';

/** Keys of payments whose orders their merchants keep: no order is here, and nobody here is told. */
export const merchantKeys = (history: History): ReadonlySet<string> =>
  new Set(
    takenIn(history, topics.paymentsEvents.name)
      .filter(isReadable)
      .flatMap((entry) => {
        const event = entry.payload as PaymentsEvent;
        const isMerchants = event.type === 'PaymentCreated' && event.data.merchant !== null;
        return isMerchants ? [keyOf(entry)] : [];
      }),
  );
