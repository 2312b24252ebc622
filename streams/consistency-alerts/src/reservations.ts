import type { Evidence, InventoryEvent } from '@plumbline/events';
import type { InputRecord, ProcessorContext } from '@plumbline/runtime';
import { unreachable } from '@plumbline/kernel';
import type { Reserved, StockView } from './rules/stock-view.ts';
import { withPrice, withReturn, withWriteOff } from './rules/stock-view.ts';

/**
 * By routing key of the item and id: {@link Reserved}, of reservations that are open. Apart from the
 * item, which may have thousands: each event would write all of them again.
 */
export const reservationsStore = 'reservations';

/** What is known of an item after an event of its stock; the same object where nothing is new. */
export function afterStockEvent(
  stock: StockView | null,
  { key, payload }: InputRecord,
  seen: Evidence,
  context: ProcessorContext,
): StockView | null {
  // The catalogue ties the topic to its union, and the codec has checked the type.
  const event = payload as InventoryEvent;
  const open = context.store<Reserved>(reservationsStore);
  switch (event.type) {
    case 'StockReserved': {
      const { reservationId, quantity } = event.data;
      open.set(entryOf(key, reservationId), { quantity, seen });
      return stock;
    }
    case 'StockConfirmed':
      open.delete(entryOf(key, event.data.reservationId));
      return stock;
    case 'StockReleased':
    case 'ReservationExpired': {
      const entry = entryOf(key, event.data.reservationId);
      const reserved = open.get(entry) ?? null;
      if (reserved !== null) open.delete(entry);
      return withReturn(stock, event.data, { reserved, seen });
    }
    case 'ItemDescribed':
      return withPrice(stock, event.data);
    case 'StockWrittenOff':
      return withWriteOff(stock, event.data);
    case 'ReservationBarred':
    case 'StockReceived':
      return stock;
    default:
      return unreachable(event);
  }
}

/** No id has a line break. */
const entryOf = (key: string, reservationId: string): string => `${key}\n${reservationId}`;
