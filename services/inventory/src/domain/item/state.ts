import type { Earmarks, KnownEarmark, Memory } from '@plumbline/kernel';

/**
 *            DescribeItem
 *     none ───────────────► listed ─┐
 *                              ▲    │ DescribeItem, and everything that moves stock
 *                              └────┘
 *
 * Stock of an item, in pieces:
 *
 *      ◄─────────── onHand ───────────►
 *      ├── available ──┼── reserved ───┤
 *
 *     ReceiveStock   onHand +                    ReserveStock   reserved +
 *     WriteOffStock  onHand −, of the available  ReleaseStock   reserved −, as does its time
 *                                                ConfirmStock   reserved −, onHand −
 *
 * A reservation goes the way of an earmark (schemas/kernel/src/earmarks.ts): `taken` there is
 * confirmed here.
 */
export type ItemState = NoItem | Item;

export interface NoItem {
  readonly status: 'none';
}

export interface Item {
  readonly status: 'listed';
  readonly tenant: string;
  readonly sku: string;
  readonly name: string;
  /** Price of one piece. */
  readonly unitAmountMinor: bigint;
  readonly currency: string;
  /** Pieces in the house, those included that are reserved. */
  readonly onHand: number;
  readonly reservations: Earmarks<Pieces>;
  readonly receipts: Memory<Pieces>;
  readonly writeOffs: Memory<Pieces>;
}

export interface Pieces {
  readonly quantity: number;
}

export type ReservationStatus = 'OPEN' | 'CONFIRMED' | 'RELEASED' | 'EXPIRED' | 'BARRED';

export const reservationStatus: Readonly<
  Record<KnownEarmark<Pieces>['status'], ReservationStatus>
> = {
  open: 'OPEN',
  taken: 'CONFIRMED',
  released: 'RELEASED',
  expired: 'EXPIRED',
  barred: 'BARRED',
};

export const noItem: ItemState = { status: 'none' };

export const reservedOf = ({ reservations }: Item): number =>
  reservations.open.reduce((sum, { stake }) => sum + stake.quantity, 0);

/** Pieces that nobody has reserved; never below zero. */
export const availableOf = (item: Item): number => item.onHand - reservedOf(item);
