import {
  barEarmark,
  endEarmark,
  invariant,
  makeEarmark,
  noEarmarks,
  nothingRemembered,
  remember,
  unreachable,
} from '@plumbline/kernel';
import type { ItemEvent, ItemEventOf } from './events.ts';
import { receiptsRemembered, reservationLimits, writeOffsRemembered } from './limits.ts';
import type { Item, ItemState } from './state.ts';

function described(state: ItemState, data: ItemEventOf<'ItemDescribed'>): Item {
  const { tenant, sku, name, unitAmountMinor, currency } = data;
  const description = { name, unitAmountMinor, currency };
  if (state.status === 'listed') return { ...state, ...description };
  return {
    ...{ status: 'listed', tenant, sku, ...description, onHand: 0 },
    ...{ reservations: noEarmarks, receipts: nothingRemembered, writeOffs: nothingRemembered },
  };
}

function confirmed(item: Item, data: ItemEventOf<'StockConfirmed'>): Item {
  const { reservationId: id, quantity, confirmedAt: atMs } = data;
  const fact = { status: 'taken', stake: { quantity } } as const;
  const reservations = endEarmark(item.reservations, { id, atMs, fact }, reservationLimits);
  return { ...item, onHand: item.onHand - quantity, reservations };
}

export function evolve(state: ItemState, event: ItemEvent): ItemState {
  if (event.type === 'ItemDescribed') return described(state, event.data);
  invariant(state.status === 'listed', `${event.type} of an item that was never described`);
  const { reservations } = state;
  switch (event.type) {
    case 'StockReceived': {
      const { receiptId: id, quantity, receivedAt: atMs } = event.data;
      const receipts = remember(
        state.receipts,
        { id, atMs, fact: { quantity } },
        receiptsRemembered,
      );
      return { ...state, onHand: state.onHand + quantity, receipts };
    }
    case 'StockWrittenOff': {
      const { writeOffId: id, quantity, writtenOffAt: atMs } = event.data;
      const fact = { quantity };
      const writeOffs = remember(state.writeOffs, { id, atMs, fact }, writeOffsRemembered);
      return { ...state, onHand: state.onHand - quantity, writeOffs };
    }
    case 'StockReserved': {
      const { reservationId: id, orderNo, quantity, expireAt: untilMs } = event.data;
      const made = { id, orderNo, untilMs, stake: { quantity } };
      return { ...state, reservations: makeEarmark(reservations, made) };
    }
    case 'StockConfirmed':
      return confirmed(state, event.data);
    case 'StockReleased': {
      const { reservationId: id, quantity, releasedAt: atMs } = event.data;
      const fact = { status: 'released', stake: { quantity } } as const;
      const end = { id, atMs, fact };
      return { ...state, reservations: endEarmark(reservations, end, reservationLimits) };
    }
    case 'ReservationExpired': {
      const { reservationId: id, orderNo, quantity, expiredAt: atMs } = event.data;
      const fact = { status: 'expired', stake: { quantity }, orderNo } as const;
      const end = { id, atMs, fact };
      return { ...state, reservations: endEarmark(reservations, end, reservationLimits) };
    }
    case 'ReservationBarred': {
      const { reservationId: id, barredAt: atMs } = event.data;
      const bar = { id, atMs };
      return { ...state, reservations: barEarmark(reservations, bar, reservationLimits) };
    }
    default:
      return unreachable(event);
  }
}
