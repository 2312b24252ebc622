import { renderJson, text } from '@plumbline/http';
import { z } from 'zod';
import { paymentOf } from '../books/books.ts';
import type { Gateway, Payment } from '../books/payment.ts';
import { gateways } from '../books/payment.ts';
import type { Engine } from '../engine/engine.ts';
import * as limits from '../limits.ts';
import { problem } from './error-codes.ts';

export const gatewayName = () => z.enum(gateways, { error: `must be ${gateways.join(', ')}` });

export const reference = () => text(limits.referenceCharsMax);

/** A share between 0 and 1, as a JSON number. Requests carry numbers as their text. */
export const share = () =>
  z
    .unknown()
    .transform((value, context): number => {
      const number = typeof value === 'string' ? Number.NaN : Number(renderJson(value));
      if (number >= 0 && number <= 1) return number;
      context.addIssue({ code: 'custom', message: 'must be a number from 0 to 1' });
      return z.NEVER;
    })
    .meta({ type: 'number', minimum: 0, maximum: 1 });

export const paymentPath = z.strictObject({ gateway: gatewayName(), reference: reference() });

export function paymentAt(
  engine: Engine,
  at: { readonly gateway: Gateway; readonly reference: string },
): Payment {
  const payment = paymentOf(engine.books(), at.gateway, at.reference);
  if (!payment) throw problem('SIMULATED_PAYMENT_NOT_FOUND');
  return payment;
}
