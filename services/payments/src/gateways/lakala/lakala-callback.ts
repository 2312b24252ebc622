import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isReference, jsonOf } from '../answer-fields.ts';
import type { CallbackReading, RawCallback } from '../port.ts';
import type { LakalaSignatures } from './lakala-signature.ts';
import { notifiedMeans, notifiedOrder } from './order-data.ts';

/**
 * Lakala repeats an order's notification for 4 h 3 min 21 s. Whether it signs anew each time is not
 * documented, so that one may be as old as that, and by how far two clocks may differ.
 */
const maxAgeMs = 5 * 3_600_000;
const maxAheadMs = 300_000;

/**
 * The cashier's order notification. Codes of what is invalid: `SIGNATURE_INVALID`,
 * `CALLBACK_EXPIRED` (rightly signed and too old, or from the future), `UNREADABLE` (rightly signed).
 * Source: "收银台订单通知" of Lakala's documentation of the cashier.
 */
export function readLakalaCallback(
  callback: RawCallback,
  signatures: LakalaSignatures,
  merchantNo: string,
): CallbackReading {
  const json = jsonOf(callback.body);
  const claimed = z.object({ out_order_no: z.string() }).safeParse(json).data?.out_order_no;
  const reference = isReference(claimed) ? claimed : null;
  const invalid = (code: string) => ({ kind: 'invalid', code, reference }) as const;

  const signedAtMs = signatures.callbackSignedAtMs(callback);
  if (signedAtMs === null) return invalid('SIGNATURE_INVALID');
  const ageMs = callback.receivedAtMs - signedAtMs;
  if (ageMs > maxAgeMs || ageMs < -maxAheadMs) return invalid('CALLBACK_EXPIRED');
  const { data } = notifiedOrder.safeParse(json);
  if (data === undefined || reference === null) return invalid('UNREADABLE');
  return {
    ...{ kind: 'verified', reference },
    // Of the body alone: a repeat is signed with another time and nonce.
    callbackId: createHash('sha256').update(callback.body).digest('hex'),
    merchantMatches: data.merchant_no === merchantNo,
    report: notifiedMeans(data),
  };
}
