import { anyContext } from '@plumbline/kernel/testing';
import type { ItemCommand, ItemCommandOf } from './commands.ts';

const who = { tenant: 'main', sku: 'tea' };

/** When the reservations of these commands end. */
export const expireAt = anyContext.atMs + 1_000;

export const describeItem = (over: Partial<ItemCommandOf<'DescribeItem'>> = {}): ItemCommand => ({
  type: 'DescribeItem',
  data: { ...who, name: 'Tea', unitAmountMinor: 1_500n, currency: 'JPY', ...over },
});

export const receive = (receiptId: string, quantity: number): ItemCommand => ({
  type: 'ReceiveStock',
  data: { ...who, receiptId, quantity },
});

export const writeOff = (writeOffId: string, quantity: number): ItemCommand => ({
  type: 'WriteOffStock',
  data: { ...who, writeOffId, quantity, reason: 'broken' },
});

export const reserve = (
  reservationId: string,
  quantity: number,
  over: Partial<ItemCommandOf<'ReserveStock'>> = {},
): ItemCommand => ({
  type: 'ReserveStock',
  data: { ...who, reservationId, quantity, orderNo: 'O-1', expireAt, replyTo: null, ...over },
});

export const confirm = (reservationId: string, replyTo: string | null = null): ItemCommand => ({
  type: 'ConfirmStock',
  data: { ...who, reservationId, replyTo },
});

export const release = (reservationId: string, replyTo: string | null = null): ItemCommand => ({
  type: 'ReleaseStock',
  data: { ...who, reservationId, reason: 'mind', replyTo },
});

export const expire: ItemCommand = { type: 'ExpireReservations', data: {} };
