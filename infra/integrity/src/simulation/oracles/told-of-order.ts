import type { OrdersEvent, PaymentsEvent } from '@plumbline/events';

/** What the log has told of one order and its payment beyond how they stand. */
export interface ToldOfOrder {
  /** What a channel is to bring; null before the order is known. */
  due: Sum | null;
  /** What the order says it was paid with. */
  paidWith: (Sum & { readonly payNo: string }) | null;
  payment: ToldOfPayment | null;
}

export interface Sum {
  readonly minor: bigint;
  readonly currency: string;
}

export interface ToldOfPayment extends Sum {
  readonly payNo: string;
  readonly expireMs: number;
  readonly isLed: boolean;
  readonly isMerchants: boolean;
  /** When it became unknown, and nothing has been known since. */
  lostMs: number | null;
  paidLate: boolean;
}

export const nothingTold = (): ToldOfOrder => ({ due: null, paidWith: null, payment: null });

export function tellOrder(told: ToldOfOrder, { type, data }: OrdersEvent): void {
  if (type === 'OrderCreated') {
    const minor = data.amountMinor - (data.purchase?.balanceMinor ?? 0n);
    told.due = { minor, currency: data.currency };
  }
  if (type === 'OrderPaid') {
    const { payNo, amountMinor: minor, currency } = data;
    told.paidWith = { payNo, minor, currency };
  }
}

export function tellPayment(told: ToldOfOrder, event: PaymentsEvent, timeMs: number): void {
  const { type, data } = event;
  if (type === 'PaymentCreated') {
    const { payNo, amountMinor: minor, currency, expireAt: expireMs } = data;
    const who = { isLed: data.gateway !== null, isMerchants: data.merchant !== null };
    told.payment = { payNo, minor, currency, expireMs, ...who, lostMs: null, paidLate: false };
  }
  const { payment } = told;
  if (payment === null) return;
  if (type === 'PaymentUnknown') payment.lostMs ??= timeMs;
  if (type === 'PaymentProcessing') payment.lostMs = null;
  if (type === 'PaymentReportContradicted' && data.reportedStatus === 'SUCCESS')
    payment.paidLate = true;
}
