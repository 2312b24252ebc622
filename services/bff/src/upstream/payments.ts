import type { RequestContext } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';
import { read } from './ask.ts';
import type { Service } from './service.ts';

const shown = z.union([z.object({ orderNo: z.string(), payUrl: z.string().nullable() }), z.null()]);

/** What payments shows beyond queries; `null` for a number that it does not know, or not yet. */
export async function readPayment(
  payments: Service,
  payNo: string,
  context: RequestContext,
): Promise<z.output<typeof shown>> {
  // It takes no longer one, and so can have none.
  if (Array.from(payNo).length > limits.payNoCharsMax) return null;
  return read(payments, {
    ...{ path: `/payments/${encodeURIComponent(payNo)}`, context, answer: shown },
    absent: 'PAYMENT_NOT_FOUND',
  });
}
