import { z } from 'zod';

const minor = z
  .string()
  .regex(/^\d{1,18}$/)
  .transform(BigInt);

/** What an account says of an order. */
const accountOrder = z.object({
  reference: z.string(),
  cid: z.string(),
  status: z.enum(['ACTIVE', 'PAID', 'CLOSED', 'EXPIRED']),
  currency: z.string(),
  payUrl: z.string().nullable(),
  /** The number of the money that paid it. */
  platformOrder: z.string().nullable(),
  /**
   * What the payment is told that came in. It need not be the amount of the order, since a person may
   * match whatever there is; without it nobody may say that the order was paid in full.
   */
  toldMinor: minor.nullable().default(null),
});

export type AccountOrder = z.output<typeof accountOrder>;

const answered = z.object({ order: accountOrder.nullable() });

/** `null` for an order that the account does not know; `undefined` for what is no such answer. */
export function orderOfAnswer(text: string | null): AccountOrder | null | undefined {
  if (text === null) return undefined;
  try {
    return answered.parse(JSON.parse(text)).order;
  } catch {
    return undefined;
  }
}
