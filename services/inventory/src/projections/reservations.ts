import type { InventoryEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { ProjectionRow } from '@plumbline/postgres';
import type { ReservationStatus } from '../domain/item/state.ts';

const timeText = (ms: number): string => new Date(ms).toISOString();

/**
 * What an event says of its reservation: the columns that it changes, those beside them stay; `null`
 * for an event that is about none.
 */
export function reservationRow(itemKey: string, event: InventoryEvent): ProjectionRow | null {
  switch (event.type) {
    case 'ItemDescribed':
    case 'StockReceived':
    case 'StockWrittenOff':
      return null;
    case 'StockReserved': {
      const { orderNo, quantity, expireAt } = event.data;
      const made = { order_no: orderNo, quantity, expire_at: timeText(expireAt) };
      return { ...rowOf(itemKey, event, 'OPEN'), ...made };
    }
    case 'StockConfirmed': {
      const { afterExpiry, confirmedAt } = event.data;
      const ended = { ended_at: timeText(confirmedAt), after_expiry: afterExpiry };
      return { ...rowOf(itemKey, event, 'CONFIRMED'), ...ended };
    }
    case 'StockReleased': {
      const { reason, releasedAt } = event.data;
      return { ...rowOf(itemKey, event, 'RELEASED'), reason, ended_at: timeText(releasedAt) };
    }
    case 'ReservationExpired': {
      const ended_at = timeText(event.data.expiredAt);
      return { ...rowOf(itemKey, event, 'EXPIRED'), ended_at };
    }
    case 'ReservationBarred': {
      const { reason, barredAt } = event.data;
      return { ...rowOf(itemKey, event, 'BARRED'), reason, ended_at: timeText(barredAt) };
    }
    default:
      return unreachable(event);
  }
}

const rowOf = (
  itemKey: string,
  { data }: { readonly data: { readonly reservationId: string } },
  status: ReservationStatus,
) => ({ item_key: itemKey, reservation_id: data.reservationId, status });
