import type { MerchantOrder } from '@plumbline/events';
import type { Decision, DecisionContext, Json } from '@plumbline/kernel';
import { accepted, derivedUuid, rejected, routingKey, slotOf, unchanged } from '@plumbline/kernel';
import type { PaymentCommandOf } from './commands.ts';
import type { PaymentEvent } from './events.ts';
import { conflictsRemembered } from './limits.ts';
import { refundPayment } from './refunds.ts';
import { paymentRejection } from './rejections.ts';
import { shown } from './shown.ts';
import type { Payment, PaymentState } from './state.ts';

/**
 * Contract 4's id of a payment order: a function of app and merchant's order number, so that a repeat
 * has the same before anybody was asked, and whoever knows only the id knows the partition.
 */
export function paymentOrderIdOf(tenant: string, orderNo: string): string {
  const key = routingKey(tenant, orderNo);
  return derivedUuid(slotOf(key), 'payment-order', key);
}

/** A payment of a merchant's own order. */
export type MerchantPayment = Payment & { readonly merchant: MerchantOrder };

export const isOfMerchant = (payment: Payment): payment is MerchantPayment =>
  payment.merchant !== null;

type Requested = PaymentCommandOf<'CreatePayment'> & { readonly merchant: MerchantOrder };

export const isMerchantRequest = (data: PaymentCommandOf<'CreatePayment'>): data is Requested =>
  data.merchant !== null;

/**
 * A merchant asks again under the same number. What it asked for before changes nothing; other
 * parameters are told once, for rule Z, and change nothing either.
 */
export function requestAgain(
  data: Requested,
  payment: Payment,
  { atMs }: DecisionContext,
): Decision<PaymentEvent> {
  if (!isOfMerchant(payment)) return rejected(paymentRejection('PAYMENT_PARAMETERS_DIFFER'));
  const { fingerprint } = data.merchant;
  if (payment.merchant.fingerprint === fingerprint) return unchanged;
  const { payNo, orderNo, conflicts } = payment;
  if (conflicts.includes(fingerprint) || conflicts.length >= conflictsRemembered) return unchanged;
  const fields = whatDiffers(data, payment);
  return accepted({
    type: 'PaymentRequestConflicted',
    data: { payNo, orderNo, fields, fingerprint, requestedAt: atMs },
  });
}

function whatDiffers(asked: Requested, payment: MerchantPayment): readonly string[] {
  const differs = {
    amount: asked.amountMinor !== payment.amountMinor,
    currency: asked.currency !== payment.currency,
    order_type: asked.merchant.orderType !== payment.merchant.orderType,
    subject: asked.merchant.subject !== payment.merchant.subject,
  };
  const names = Object.entries(differs).flatMap(([name, other]) => (other ? [name] : []));
  // Encrypted anew each time, so that only everything together can be compared.
  return names.length === 0 ? ['extra_data'] : names;
}

/** What the merchant's request was, beside the payment: the first, a repeat of it, or another. */
export function requestAnswer(state: PaymentState, data: Requested): Json {
  if (state.status === 'none' || !isOfMerchant(state)) return null;
  const { fingerprint, idempotencyKey } = state.merchant;
  const isFirst = state.payNo === data.payNo;
  const isSame = fingerprint === data.merchant.fingerprint;
  const sameKey = idempotencyKey !== null && idempotencyKey === data.merchant.idempotencyKey;
  const request = isFirst ? 'FIRST' : isSame ? 'REPEATED' : 'CONFLICTING';
  // Nothing of an order that somebody asks for with other parameters.
  if (request === 'CONFLICTING') return { request, sameKey };
  return { request, sameKey, payment: shown(state) };
}

/** A refund as the merchant API knows it; of another app's payment order there is none. */
export function refundPaymentOrder(
  data: PaymentCommandOf<'RefundPaymentOrder'>,
  payment: Payment,
  context: DecisionContext,
): Decision<PaymentEvent> {
  const { paymentOrderId, tenant, refundId, amountMinor, reason } = data;
  const { payNo, orderNo, currency } = payment;
  const isIt =
    isOfMerchant(payment) &&
    payment.tenant === tenant &&
    paymentOrderIdOf(tenant, orderNo) === paymentOrderId;
  if (!isIt) return rejected(paymentRejection('PAYMENT_NOT_FOUND'));
  return refundPayment({ payNo, refundId, amountMinor, currency, reason }, payment, context);
}

export function refundAnswer(state: PaymentState, refundId: string): Json {
  const refund = state.status === 'none' ? undefined : state.refunds[refundId];
  if (refund === undefined) return null;
  const { status, amountMinor, currency, reason, requestedAtMs } = refund;
  return { refundId, status, amountMinor: amountMinor.toString(), currency, reason, requestedAtMs };
}

/** A transaction that paid another payment before: told once, for rule Z. */
export function reportTransactionConflict(
  data: PaymentCommandOf<'ReportTransactionConflict'>,
  payment: Payment,
  { atMs }: DecisionContext,
): Decision<PaymentEvent> {
  if (payment.payNo !== data.payNo) return rejected(paymentRejection('PAYMENT_NOT_FOUND'));
  if (payment.conflicts.includes(data.otherEventId)) return unchanged;
  const { orderNo } = payment;
  return accepted({
    type: 'PaymentTransactionConflicted',
    data: { ...data, orderNo, reportedAt: atMs },
  });
}
