import { invariant, unreachable } from '@plumbline/kernel';
import * as limits from '../limits.ts';
import type { Books } from './books.ts';
import { applyEntry, paymentOf, refundOf } from './books.ts';
import type { Entry } from './entries.ts';
import type { CloseReason, Gateway, Payment, Refund } from './payment.ts';

/** A call of any gateway, in one language. What its dialect says in its own is in dialects/. */
export type Call =
  | {
      readonly on: 'create';
      readonly reference: string;
      readonly amountMinor: bigint;
      readonly currency: string;
      readonly subject: string;
      /** Epoch ms. */
      readonly expireAtMs: number;
      readonly notifyUrl: string | null;
      readonly returnUrl: string | null;
    }
  | { readonly on: 'query'; readonly reference: string }
  | { readonly on: 'close'; readonly reference: string }
  | {
      readonly on: 'refund';
      readonly reference: string;
      readonly refundReference: string;
      readonly amountMinor: bigint;
      readonly currency: string;
      readonly reason: string | null;
      readonly settleAtMs: number;
      readonly settleAs: 'SUCCESS' | 'FAILED';
    }
  | {
      readonly on: 'query-refund';
      /** `null` where the gateway asks for the refund's number alone. */
      readonly reference: string | null;
      readonly refundReference: string;
    };

export type Refusal =
  | 'NOT_FOUND'
  | 'REFERENCE_REUSED'
  | 'ALREADY_PAID'
  | 'NOT_PAID'
  | 'EXCEEDS_PAID'
  | 'CURRENCY_DIFFERS'
  | 'BOOKS_FULL';

export type Outcome =
  /** `repeated`: it was there before, as it was asked for now. */
  | { readonly kind: 'payment'; readonly payment: Payment; readonly repeated: boolean }
  | { readonly kind: 'refund'; readonly refund: Refund; readonly payment: Payment }
  | { readonly kind: 'refused'; readonly code: Refusal };

/** Fresh numbers in the style of each gateway, never the same twice. */
export interface Ids {
  payment(
    gateway: Gateway,
    nowMs: number,
  ): { readonly orderId: string; readonly transactionId: string; readonly statementId: string };
  refund(gateway: Gateway, nowMs: number): string;
}

const refused = (code: Refusal): Outcome => ({ kind: 'refused', code });

/**
 * Does one call: what it changes is applied to the books and added to `written`, which the caller
 * writes down before anybody hears of it.
 */
export function executeCall(
  books: Books,
  gateway: Gateway,
  call: Call,
  at: { readonly nowMs: number; readonly ids: Ids; readonly written: Entry[] },
): Outcome {
  const record = (entry: Entry): void => {
    applyEntry(books, entry);
    at.written.push(entry);
  };
  if (call.on !== 'create' && call.reference !== null) expire(books, gateway, call.reference, at);
  switch (call.on) {
    case 'create':
      return create(books, gateway, call, at, record);
    case 'query': {
      const payment = paymentOf(books, gateway, call.reference);
      return payment ? { kind: 'payment', payment, repeated: false } : refused('NOT_FOUND');
    }
    case 'close': {
      const payment = paymentOf(books, gateway, call.reference);
      if (!payment) return refused('NOT_FOUND');
      if (payment.status === 'SUCCESS') return refused('ALREADY_PAID');
      if (payment.status === 'PENDING') closePayment(books, payment, 'ASKED', at);
      return { kind: 'payment', payment: existing(books, payment), repeated: false };
    }
    case 'refund':
      return refund(books, gateway, call, at, record);
    case 'query-refund': {
      const found = refundOf(books, gateway, call.refundReference);
      if (!found || (call.reference !== null && found.reference !== call.reference))
        return refused('NOT_FOUND');
      const payment = paymentOf(books, gateway, found.reference);
      invariant(payment, `refund ${found.refundReference} of no payment`);
      return { kind: 'refund', refund: found, payment };
    }
    default:
      return unreachable(call);
  }
}

interface At {
  readonly nowMs: number;
  readonly written: Entry[];
}

function existing(books: Books, { gateway, reference }: Payment): Payment {
  const payment = paymentOf(books, gateway, reference);
  invariant(payment, `payment ${gateway} ${reference} has gone`);
  return payment;
}

function change(books: Books, entry: Entry, at: At): void {
  applyEntry(books, entry);
  at.written.push(entry);
}

/** Closes a payment whose time is over. */
export function expire(books: Books, gateway: Gateway, reference: string, at: At): void {
  const payment = paymentOf(books, gateway, reference);
  if (payment?.status === 'PENDING' && payment.expireAtMs <= at.nowMs)
    closePayment(books, payment, 'EXPIRED', at);
}

/** Whether it was pending. */
export function closePayment(books: Books, payment: Payment, reason: CloseReason, at: At): boolean {
  // As it is now, not as its caller saw it before it waited for something.
  const { gateway, reference, status } = existing(books, payment);
  if (status !== 'PENDING') return false;
  change(books, { type: 'payment-closed', gateway, reference, reason, atMs: at.nowMs }, at);
  return true;
}

/** The payer pays. Whether it was pending, and its time not over. */
export function payPayment(books: Books, payment: Payment, at: At): boolean {
  const { gateway, reference } = payment;
  expire(books, gateway, reference, at);
  if (existing(books, payment).status !== 'PENDING') return false;
  change(books, { type: 'payment-paid', gateway, reference, atMs: at.nowMs }, at);
  return true;
}

/** The payer, or their bank, says no. Whether it was pending, and its time not over. */
export function declinePayment(books: Books, payment: Payment, at: At): boolean {
  const { gateway, reference } = payment;
  expire(books, gateway, reference, at);
  if (existing(books, payment).status !== 'PENDING') return false;
  const reason = 'DECLINED';
  change(books, { type: 'payment-failed', gateway, reference, reason, atMs: at.nowMs }, at);
  return true;
}

/** Ends a pending refund as planned. Whether there was something to end. */
export function settleRefund(books: Books, refund: Refund, at: At): boolean {
  const now = refundOf(books, refund.gateway, refund.refundReference);
  if (now?.status !== 'PENDING') return false;
  const { gateway, refundReference, settleAs: status } = now;
  change(books, { type: 'refund-settled', gateway, refundReference, status, atMs: at.nowMs }, at);
  return true;
}

function create(
  books: Books,
  gateway: Gateway,
  call: Call & { readonly on: 'create' },
  at: { readonly nowMs: number; readonly ids: Ids },
  record: (entry: Entry) => void,
): Outcome {
  const before = paymentOf(books, gateway, call.reference);
  if (before) {
    const same = before.amountMinor === call.amountMinor && before.currency === call.currency;
    return same
      ? { kind: 'payment', payment: before, repeated: true }
      : refused('REFERENCE_REUSED');
  }
  if (books.payments.size >= limits.paymentsMax) return refused('BOOKS_FULL');
  const { reference, amountMinor, currency, subject, expireAtMs, notifyUrl, returnUrl } = call;
  const facts = { reference, amountMinor, currency, subject, expireAtMs, notifyUrl, returnUrl };
  const ids = at.ids.payment(gateway, at.nowMs);
  record({
    type: 'payment-created',
    payment: { gateway, ...facts, ...ids, createdAtMs: at.nowMs },
  });
  const payment = paymentOf(books, gateway, call.reference);
  invariant(payment, `payment ${call.reference} was not created`);
  return { kind: 'payment', payment, repeated: false };
}

function refund(
  books: Books,
  gateway: Gateway,
  call: Call & { readonly on: 'refund' },
  at: { readonly nowMs: number; readonly ids: Ids; readonly written: Entry[] },
  record: (entry: Entry) => void,
): Outcome {
  const payment = paymentOf(books, gateway, call.reference);
  if (!payment) return refused('NOT_FOUND');
  const before = refundOf(books, gateway, call.refundReference);
  if (before) {
    const same =
      before.reference === call.reference &&
      before.amountMinor === call.amountMinor &&
      before.currency === call.currency;
    return same ? { kind: 'refund', refund: before, payment } : refused('REFERENCE_REUSED');
  }
  if (payment.status !== 'SUCCESS') return refused('NOT_PAID');
  if (payment.currency !== call.currency) return refused('CURRENCY_DIFFERS');
  const takenMinor = payment.refundedMinor + payment.reservedMinor;
  if (takenMinor + call.amountMinor > payment.amountMinor) return refused('EXCEEDS_PAID');
  const { reference, refundReference, amountMinor, currency, reason, settleAtMs, settleAs } = call;
  const facts = { reference, refundReference, amountMinor, currency, reason, settleAtMs, settleAs };
  const refundId = at.ids.refund(gateway, at.nowMs);
  record({
    type: 'refund-created',
    refund: {
      ...{ gateway, ...facts, refundId, createdAtMs: at.nowMs },
      ...{ status: 'PENDING', settledAtMs: null },
    },
  });
  const made = refundOf(books, gateway, call.refundReference);
  invariant(made, `refund ${call.refundReference} was not created`);
  if (made.settleAtMs <= at.nowMs) settleRefund(books, made, at);
  const settled = refundOf(books, gateway, call.refundReference);
  invariant(settled, `refund ${call.refundReference} has gone`);
  return { kind: 'refund', refund: settled, payment: existing(books, payment) };
}
