import type { AggregateTimer, Decider, Decision, DecisionContext, Json } from '@plumbline/kernel';
import {
  accepted,
  earmarkOf,
  firstDueMs,
  isCurrencyCode,
  recall,
  rejected,
  unchanged,
  unreachable,
} from '@plumbline/kernel';
import type { ItemCommand, ItemCommandOf } from './commands.ts';
import type { ItemEvent } from './events.ts';
import { evolve } from './evolve.ts';
import * as limits from './limits.ts';
import type { ItemRejectionCode } from './rejections.ts';
import { itemRejection } from './rejections.ts';
import {
  confirmStock,
  expireReservations,
  insufficient,
  isQuantity,
  releaseStock,
  reserveStock,
} from './reservations.ts';
import type { Item, ItemState } from './state.ts';
import { availableOf, noItem, reservationStatus, reservedOf } from './state.ts';

const expireTimer = 'expire';

type ItemDecision = Decision<ItemEvent>;

const refuse = (code: ItemRejectionCode): ItemDecision => rejected(itemRejection(code));

const fits = (text: string, charsMax: number): boolean =>
  text !== '' && Array.from(text).length <= charsMax;

function describeItem(
  data: ItemCommandOf<'DescribeItem'>,
  state: ItemState,
  { atMs }: DecisionContext,
): ItemDecision {
  const { tenant, sku, name, unitAmountMinor, currency } = data;
  if (!fits(sku, limits.skuCharsMax) || !fits(name, limits.nameCharsMax))
    return refuse('ITEM_TEXT_INVALID');
  const isPrice = unitAmountMinor >= 0n && unitAmountMinor <= limits.unitAmountMinorMax;
  if (!isPrice || !isCurrencyCode(currency)) return refuse('ITEM_PRICE_INVALID');
  if (state.status === 'listed') {
    if (!isAbout(data, state)) return refuse('ITEM_NOT_FOUND');
    if (state.currency !== currency) return refuse('ITEM_CURRENCY_FIXED');
    if (state.name === name && state.unitAmountMinor === unitAmountMinor) return unchanged;
  }
  return accepted({
    type: 'ItemDescribed',
    data: { tenant, sku, name, unitAmountMinor, currency, describedAt: atMs },
  });
}

function receiveStock(
  { tenant, sku, receiptId, quantity }: ItemCommandOf<'ReceiveStock'>,
  item: Item,
  { atMs }: DecisionContext,
): ItemDecision {
  if (!isQuantity(quantity)) return refuse('QUANTITY_INVALID');
  const known = recall(item.receipts, receiptId);
  if (known !== null) return known.quantity === quantity ? unchanged : refuse('ID_REUSED');
  if (item.onHand + quantity > limits.onHandMax) return refuse('STOCK_TOO_LARGE');
  return accepted({
    type: 'StockReceived',
    data: { tenant, sku, receiptId, quantity, receivedAt: atMs },
  });
}

function writeOffStock(
  { tenant, sku, writeOffId, quantity, reason }: ItemCommandOf<'WriteOffStock'>,
  item: Item,
  { atMs }: DecisionContext,
): ItemDecision {
  if (!isQuantity(quantity)) return refuse('QUANTITY_INVALID');
  const known = recall(item.writeOffs, writeOffId);
  if (known !== null) return known.quantity === quantity ? unchanged : refuse('ID_REUSED');
  const available = availableOf(item);
  if (quantity > available) return insufficient(available);
  return accepted({
    type: 'StockWrittenOff',
    data: { tenant, sku, writeOffId, quantity, reason, writtenOffAt: atMs },
  });
}

/** Whether a command means this item: its record key led here, whatever else it says. */
const isAbout = (
  { tenant, sku }: { readonly tenant: string; readonly sku: string },
  item: Item,
): boolean => item.tenant === tenant && item.sku === sku;

function decide(command: ItemCommand, state: ItemState, context: DecisionContext): ItemDecision {
  if (command.type === 'DescribeItem') return describeItem(command.data, state, context);
  if (state.status === 'none') {
    // Nothing of it can be reserved, so there is nothing to give back: whoever compensates is done.
    return command.type === 'ReleaseStock' ? unchanged : refuse('ITEM_NOT_FOUND');
  }
  if (command.type === 'ExpireReservations') return expireReservations(state, context);
  if (!isAbout(command.data, state)) return refuse('ITEM_NOT_FOUND');
  switch (command.type) {
    case 'ReceiveStock':
      return receiveStock(command.data, state, context);
    case 'WriteOffStock':
      return writeOffStock(command.data, state, context);
    case 'ReserveStock':
      return reserveStock(command.data, state, context);
    case 'ConfirmStock':
      return confirmStock(command.data, state, context);
    case 'ReleaseStock':
      return releaseStock(command.data, state, context);
    default:
      return unreachable(command);
  }
}

/** The reservation that a command is about, as it is now; `null` where there is none. */
function reservationAnswer(item: Item, reservationId: string): Json {
  const known = earmarkOf(item.reservations, reservationId);
  if (known === null) return null;
  const status = reservationStatus[known.status];
  const none = { reservationId, status, quantity: null, expireAtMs: null };
  if (known.status === 'barred') return none;
  if (known.status !== 'open') return { ...none, quantity: known.stake.quantity };
  const { stake, untilMs } = known.earmark;
  return { ...none, quantity: stake.quantity, expireAtMs: untilMs };
}

/**
 * The item as JSON, with the reservation at hand; never all of them, because answers are kept.
 * `null` where there is no item.
 */
function answer(state: ItemState, command: ItemCommand): Json {
  if (state.status === 'none') return null;
  const { sku, name, unitAmountMinor, currency, onHand } = state;
  return {
    ...{ sku, name, unitAmountMinor: unitAmountMinor.toString(), currency, onHand },
    ...{ reserved: reservedOf(state), available: availableOf(state) },
    reservation:
      'reservationId' in command.data ? reservationAnswer(state, command.data.reservationId) : null,
  };
}

function timers(state: ItemState): readonly AggregateTimer[] {
  const dueMs = state.status === 'none' ? null : firstDueMs(state.reservations);
  return dueMs === null ? [] : [{ name: expireTimer, dueMs }];
}

export const itemDecider: Decider<ItemState, ItemCommand, ItemEvent> = {
  initialState: noItem,
  decide,
  evolve,
  answer,
  timers,
  onTimer: () => ({ type: 'ExpireReservations', data: {} }),
};
