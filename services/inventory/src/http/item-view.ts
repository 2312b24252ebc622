import { majorAmountOut, majorAmountOutSchema, okSchema } from '@plumbline/http';
import type { Json } from '@plumbline/kernel';
import { z } from 'zod';
import type { ReservationStatus } from '../domain/item/state.ts';

export const reservationStatuses = [
  'OPEN',
  'CONFIRMED',
  'RELEASED',
  'EXPIRED',
  'BARRED',
] as const satisfies readonly ReservationStatus[];

/** An item as clients may see it, whether from the decision or from the read model. */
export interface ItemView {
  readonly sku: string;
  readonly name: string;
  readonly unitAmountMinor: bigint;
  readonly currency: string;
  readonly onHand: number;
  readonly reserved: number;
}

export interface ReservationView {
  readonly reservationId: string;
  readonly status: ReservationStatus;
  /** `null` of one that was given back before it was made. */
  readonly quantity: number | null;
  /** `null` of one that has ended. */
  readonly expireAtMs: number | null;
}

/** What the decider answers: amounts as text of minor units. */
const answered = z
  .object({
    sku: z.string(),
    name: z.string(),
    unitAmountMinor: z.string().transform(BigInt),
    currency: z.string(),
    onHand: z.number(),
    reserved: z.number(),
    reservation: z
      .object({
        reservationId: z.string(),
        status: z.enum(reservationStatuses),
        quantity: z.number().nullable(),
        expireAtMs: z.number().nullable(),
      })
      .nullable(),
  })
  .nullable();

export interface AnsweredItem extends ItemView {
  readonly reservation: ReservationView | null;
}

/** `null` where there is no item. */
export const itemOfAnswer = (answer: Json): AnsweredItem | null => answered.parse(answer);

/** The item in an answer: its price in major units. */
export const itemOut = ({ sku, name, unitAmountMinor, currency, onHand, reserved }: ItemView) => ({
  ...{ sku, name, price: majorAmountOut(unitAmountMinor, currency), currency },
  ...{ onHand, reserved, available: onHand - reserved },
});

export const reservationOut = (reservation: ReservationView) => {
  const { reservationId, status, quantity, expireAtMs } = reservation;
  const expiresAt = expireAtMs === null ? null : new Date(expireAtMs).toISOString();
  return { reservationId, status, quantity, expiresAt };
};

export const itemSchema = z.strictObject({
  sku: z.string(),
  name: z.string(),
  price: majorAmountOutSchema(),
  currency: z.string(),
  onHand: z.number().describe('Pieces in the house, those that are reserved included'),
  reserved: z.number(),
  available: z.number().describe('Pieces that nobody has reserved'),
});

export const reservationSchema = z.strictObject({
  reservationId: z.string(),
  status: z.enum(reservationStatuses),
  quantity: z.number().nullable().describe('null of one that was given back before it was made'),
  expiresAt: z.string().nullable().describe('RFC 3339, UTC; null of one that has ended'),
});

export const itemAnswer = okSchema(itemSchema);

export const decidedReservation = okSchema(
  z.strictObject({ item: itemSchema, reservation: reservationSchema }),
);
