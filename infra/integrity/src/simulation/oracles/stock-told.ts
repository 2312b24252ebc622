import type { InventoryEvent } from '@plumbline/events';

/** What the log has told of one item's reservations. */
export interface StockTold {
  /** Pieces put aside, by reservation. */
  readonly aside: Map<string, number>;
  /** Where more came back than was put aside, by the event that says so. */
  readonly back: Map<string, CameBack>;
}

interface CameBack {
  readonly eventId: string;
  readonly saidMs: number;
  readonly reservationId: string;
  readonly tooMany: number;
}

export const noStockTold = (): StockTold => ({ aside: new Map(), back: new Map() });

/** R of an item, by the words of docs/alerts.md; shares nothing with the rule. */
export function tellStock(
  { aside, back }: StockTold,
  { type, data }: InventoryEvent,
  { eventId, saidMs }: { readonly eventId: string; readonly saidMs: number },
): void {
  if (type === 'StockReserved') aside.set(data.reservationId, data.quantity);
  if (type === 'StockReleased' || type === 'ReservationExpired') {
    const { reservationId, quantity } = data;
    const tooMany = quantity - (aside.get(reservationId) ?? 0);
    if (tooMany > 0) back.set(eventId, { eventId, saidMs, reservationId, tooMany });
  }
  if (type === 'StockReleased' || type === 'ReservationExpired' || type === 'StockConfirmed')
    aside.delete(data.reservationId);
  if (type !== 'StockWrittenOff') return;
  const meant = [...back.values()].filter((each) => each.reservationId === data.writeOffId);
  if (meant.reduce((sum, each) => sum + each.tooMany, 0) > data.quantity) return;
  for (const { eventId: id } of meant) back.delete(id);
}
