import type { Decision, DecisionContext, EarmarkRefusal } from '@plumbline/kernel';
import {
  accepted,
  dueEarmarks,
  judgeMake,
  judgeRelease,
  judgeTake,
  rejected,
  unchanged,
} from '@plumbline/kernel';
import type { ItemCommandOf } from './commands.ts';
import type { ItemEvent } from './events.ts';
import { reservationLimits } from './limits.ts';
import { itemRejection, reservationRefusals } from './rejections.ts';
import type { Item, Pieces } from './state.ts';
import { availableOf } from './state.ts';

type ItemDecision = Decision<ItemEvent>;

const same = (one: Pieces, other: Pieces): boolean => one.quantity === other.quantity;

const refuse = (why: EarmarkRefusal) => itemRejection(reservationRefusals[why]);

/** Says how many there are, so that a shop can offer them. */
export const insufficient = (available: number): ItemDecision =>
  rejected(itemRejection('STOCK_INSUFFICIENT', { available }));

export const isQuantity = (quantity: number): boolean =>
  Number.isSafeInteger(quantity) && quantity >= 1;

export function reserveStock(
  data: ItemCommandOf<'ReserveStock'>,
  item: Item,
  { atMs }: DecisionContext,
): ItemDecision {
  const { tenant, sku, reservationId, orderNo, quantity, expireAt } = data;
  if (!isQuantity(quantity)) return rejected(itemRejection('QUANTITY_INVALID'));
  const asked = { id: reservationId, orderNo, untilMs: expireAt, stake: { quantity } };
  const of = { atMs, limits: reservationLimits, same, refuse };
  const verdict = judgeMake(item.reservations, asked, of);
  if (verdict.kind !== 'make') return verdict;
  const available = availableOf(item);
  if (quantity > available) return insufficient(available);
  return accepted<ItemEvent>({
    type: 'StockReserved',
    data: { tenant, sku, reservationId, orderNo, quantity, expireAt, reservedAt: atMs },
  });
}

export function confirmStock(
  { tenant, sku, reservationId }: ItemCommandOf<'ConfirmStock'>,
  item: Item,
  { atMs }: DecisionContext,
): ItemDecision {
  const verdict = judgeTake(item.reservations, reservationId, refuse);
  if (verdict.kind !== 'take') return verdict;
  const { orderNo, afterExpiry } = verdict;
  const { quantity } = verdict.stake;
  // Its pieces are free again: they may be somebody else's by now.
  const available = availableOf(item);
  if (afterExpiry && quantity > available) return insufficient(available);
  return accepted<ItemEvent>({
    type: 'StockConfirmed',
    data: { tenant, sku, reservationId, orderNo, quantity, afterExpiry, confirmedAt: atMs },
  });
}

export function releaseStock(
  { tenant, sku, reservationId, reason }: ItemCommandOf<'ReleaseStock'>,
  item: Item,
  { atMs }: DecisionContext,
): ItemDecision {
  const verdict = judgeRelease(item.reservations, reservationId, refuse);
  const about = { tenant, sku, reservationId, reason };
  if (verdict.kind === 'bar') {
    const data = { ...about, barredAt: atMs };
    return accepted<ItemEvent>({ type: 'ReservationBarred', data });
  }
  if (verdict.kind !== 'release') return verdict;
  const { orderNo, stake } = verdict.earmark;
  const data = { ...about, orderNo, quantity: stake.quantity, releasedAt: atMs };
  return accepted<ItemEvent>({ type: 'StockReleased', data });
}

/** Ends every reservation whose time is over. */
export function expireReservations(item: Item, { atMs }: DecisionContext): ItemDecision {
  const { tenant, sku } = item;
  const [first, ...more] = dueEarmarks(item.reservations, atMs).map((due): ItemEvent => {
    const { id, orderNo, stake } = due;
    const { quantity } = stake;
    return {
      type: 'ReservationExpired',
      data: { tenant, sku, reservationId: id, orderNo, quantity, expiredAt: atMs },
    };
  });
  return first === undefined ? unchanged : accepted<ItemEvent>(first, ...more);
}
