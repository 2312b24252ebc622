import type { Decision, DecisionContext } from '@plumbline/kernel';
import {
  accepted,
  dueEarmarks,
  judgeMake,
  judgeRelease,
  judgeTake,
  rejected,
  unchanged,
  unreachable,
} from '@plumbline/kernel';
import type { ItemCommandOf } from './commands.ts';
import type { ItemEvent } from './events.ts';
import { reservationLimits } from './limits.ts';
import { itemRejection, reservationRefusals } from './rejections.ts';
import type { Item, Pieces } from './state.ts';
import { availableOf } from './state.ts';

type ItemDecision = Decision<ItemEvent>;

const same = (one: Pieces, other: Pieces): boolean => one.quantity === other.quantity;

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
  const verdict = judgeMake(item.reservations, asked, { atMs, limits: reservationLimits, same });
  switch (verdict.kind) {
    case 'unchanged':
      return unchanged;
    case 'refused':
      return rejected(itemRejection(reservationRefusals[verdict.why]));
    case 'make': {
      const available = availableOf(item);
      if (quantity > available) return insufficient(available);
      return accepted<ItemEvent>({
        type: 'StockReserved',
        data: { tenant, sku, reservationId, orderNo, quantity, expireAt, reservedAt: atMs },
      });
    }
    default:
      return unreachable(verdict);
  }
}

export function confirmStock(
  { tenant, sku, reservationId }: ItemCommandOf<'ConfirmStock'>,
  item: Item,
  { atMs }: DecisionContext,
): ItemDecision {
  const verdict = judgeTake(item.reservations, reservationId);
  switch (verdict.kind) {
    case 'unchanged':
      return unchanged;
    case 'refused':
      return rejected(itemRejection(reservationRefusals[verdict.why]));
    case 'take': {
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
    default:
      return unreachable(verdict);
  }
}

export function releaseStock(
  { tenant, sku, reservationId, reason }: ItemCommandOf<'ReleaseStock'>,
  item: Item,
  { atMs }: DecisionContext,
): ItemDecision {
  const verdict = judgeRelease(item.reservations, reservationId);
  switch (verdict.kind) {
    case 'unchanged':
      return unchanged;
    case 'refused':
      return rejected(itemRejection(reservationRefusals[verdict.why]));
    case 'bar':
      return accepted<ItemEvent>({
        type: 'ReservationBarred',
        data: { tenant, sku, reservationId, reason, barredAt: atMs },
      });
    case 'release': {
      const { orderNo, stake } = verdict.earmark;
      const { quantity } = stake;
      return accepted<ItemEvent>({
        type: 'StockReleased',
        data: { tenant, sku, reservationId, orderNo, quantity, reason, releasedAt: atMs },
      });
    }
    default:
      return unreachable(verdict);
  }
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
