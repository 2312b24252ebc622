import { z } from 'zod';
import { epochSeconds, gatewayId, minorNumber, webUrl } from '../answer-fields.ts';

/** What PayPay's answers carry, as far as it is read. */
export const envelope = z.object({
  resultInfo: z.object({ code: z.string(), message: z.string().nullish() }),
  data: z.unknown().optional(),
});

/** Yen have no minor unit: the integer is the amount. */
const amount = z
  .object({ amount: minorNumber(), currency: z.literal('JPY') })
  .transform(({ amount, currency }) => ({ amountMinor: amount, currency }));

export const code = z.object({
  codeId: gatewayId(),
  url: webUrl(),
  merchantPaymentId: z.string(),
  amount,
});

const refundStatus = z.enum(['CREATED', 'REFUNDED', 'FAILED']);

export const payment = z.object({
  merchantPaymentId: z.string(),
  status: z.enum([
    ...(['CREATED', 'AUTHORIZED', 'REAUTHORIZING', 'COMPLETED', 'REFUNDED'] as const),
    ...(['FAILED', 'CANCELED', 'EXPIRED'] as const),
  ]),
  paymentId: gatewayId().nullish(),
  amount: amount.nullish(),
  /** When it became COMPLETED. */
  acceptedAt: epochSeconds().nullish(),
  refunds: z
    .object({ data: z.array(z.object({ status: refundStatus, amount })).nullish() })
    .nullish(),
});

export const refund = z.object({
  merchantRefundId: z.string(),
  paymentId: z.string(),
  status: refundStatus,
  amount,
});

/** What went back, from the list of refunds; `null` where a REFUNDED payment lists none. */
export function refundedOf({ status, refunds }: z.output<typeof payment>): bigint | null {
  const done = (refunds?.data ?? []).filter((one) => one.status === 'REFUNDED');
  if (done.length === 0) return status === 'REFUNDED' ? null : 0n;
  return done.reduce((sum, one) => sum + one.amount.amountMinor, 0n);
}
