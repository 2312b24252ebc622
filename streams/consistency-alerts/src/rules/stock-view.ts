import type { Evidence, InventoryEvent } from '@plumbline/events';
import { invariant } from '@plumbline/kernel';
import * as limits from './limits.ts';

type DataOf<T extends InventoryEvent['type']> = Extract<
  InventoryEvent,
  { readonly type: T }
>['data'];

/** Of an item of the stock, as far as somebody has to look at it. */
export interface StockView {
  /** Of one piece; minor units. */
  readonly unitAmountMinor: bigint;
  readonly currency: string;
  /** Pieces that came back and were not put aside, until they are written off; up to a limit. */
  readonly excess: readonly ExcessReturn[];
}

export interface ExcessReturn {
  readonly reservationId: string;
  readonly orderNo: string | null;
  /** How many came back. */
  readonly quantity: number;
  /** How many were put aside under the id, and by which event; `null` for none, or none any more. */
  readonly reserved: Reserved | null;
  readonly seen: Evidence;
}

export interface Reserved {
  readonly quantity: number;
  readonly seen: Evidence;
}

/** How many pieces there are too many. */
export const excessOf = ({ quantity, reserved }: ExcessReturn): number =>
  quantity - (reserved?.quantity ?? 0);

/** By its price what is at stake is known; the same object where it costs what it did. */
export function withPrice(
  stock: StockView | null,
  { unitAmountMinor, currency }: DataOf<'ItemDescribed'>,
): StockView {
  if (stock?.unitAmountMinor === unitAmountMinor && stock.currency === currency) return stock;
  return { unitAmountMinor, currency, excess: stock?.excess ?? [] };
}

/** The same object where no more came back than was put aside. An item is described first. */
export function withReturn(
  stock: StockView | null,
  data: DataOf<'StockReleased' | 'ReservationExpired'>,
  of: { readonly reserved: Reserved | null; readonly seen: Evidence },
): StockView | null {
  const { reservationId, orderNo, quantity } = data;
  const returned = { reservationId, orderNo, quantity, ...of };
  if (stock === null || excessOf(returned) <= 0) return stock;
  if (stock.excess.length >= limits.excessReturnsMax) return stock;
  return { ...stock, excess: [...stock.excess, returned] };
}

/** A correction names the reservation as its id, and takes out all that is too many of it. */
export function withWriteOff(
  stock: StockView | null,
  { writeOffId, quantity }: DataOf<'StockWrittenOff'>,
): StockView | null {
  if (stock === null || stock.excess.length === 0) return stock;
  const tooMany = stock.excess
    .filter(({ reservationId }) => reservationId === writeOffId)
    .reduce((sum, each) => sum + excessOf(each), 0);
  invariant(tooMany >= 0, 'what is kept is too many');
  if (tooMany === 0 || quantity < tooMany) return stock;
  const excess = stock.excess.filter(({ reservationId }) => reservationId !== writeOffId);
  return { ...stock, excess };
}
