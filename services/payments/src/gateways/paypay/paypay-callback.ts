import { z } from 'zod';
import { isReference, jsonOf } from '../answer-fields.ts';
import type { CallbackReading, RawCallback } from '../port.ts';

/**
 * A notification of a transaction. PayPay signs none, so that one can only be worth a query.
 * Source: "Transaction Events" of https://www.paypay.ne.jp/opa/doc/v1.0/dynamicqrcode
 */
const notification = z.object({
  notification_type: z.string(),
  merchant_order_id: z.string(),
  merchant_id: z.string(),
});

/**
 * Codes of what is invalid: `UNREADABLE`, `NOT_A_PAYMENT` (another notification, or one of no payment
 * of ours), `OTHER_MERCHANT`.
 */
export function readPayPayCallback(
  { body }: Pick<RawCallback, 'body'>,
  merchantId: string,
): CallbackReading {
  const { data } = notification.safeParse(jsonOf(body));
  if (data === undefined) return { kind: 'invalid', code: 'UNREADABLE', reference: null };
  const { merchant_order_id: claimed } = data;
  const reference = isReference(claimed) ? claimed : null;
  if (data.notification_type !== 'Transaction' || reference === null) {
    return { kind: 'invalid', code: 'NOT_A_PAYMENT', reference };
  }
  return data.merchant_id === merchantId
    ? { kind: 'hint', reference }
    : { kind: 'invalid', code: 'OTHER_MERCHANT', reference };
}
