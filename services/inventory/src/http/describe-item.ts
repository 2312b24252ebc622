import { currencyBranches, currencyCode, jsonSchemaOf, majorAmount, text } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';

const priceIn = (currency: string) =>
  majorAmount({ currency, minMinor: 0n, maxMinor: limits.unitAmountMinorMax });

/** What an item is described as; its price is read once its currency is known. */
export const describeItemRequest = z
  .strictObject({
    name: text(limits.nameCharsMax),
    price: z.unknown().meta({ type: ['number', 'string'], description: 'in major units' }),
    currency: currencyCode(),
  })
  .meta({
    required: ['name', 'price'],
    ...currencyBranches((currency) => ({ price: jsonSchemaOf(priceIn(currency), 'input') })),
  })
  .transform(({ name, price, currency }, context) => {
    const parsed = priceIn(currency).safeParse(price);
    if (parsed.success) return { name, unitAmountMinor: parsed.data, currency };
    const message = parsed.error.issues[0]?.message ?? 'must be an amount';
    context.addIssue({ code: 'custom', path: ['price'], message });
    return z.NEVER;
  });
