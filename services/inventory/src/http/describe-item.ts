import {
  amountBeside,
  currencyBranches,
  currencyCode,
  jsonSchemaOf,
  majorAmount,
  text,
} from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';

const bounds = { minMinor: 0n, maxMinor: limits.unitAmountMinorMax };

const schemaOfPrice = (currency: string) =>
  jsonSchemaOf(majorAmount({ currency, ...bounds }), 'input');

/** What an item is described as; its price is read once its currency is known. */
export const describeItemRequest = z
  .strictObject({
    name: text(limits.nameCharsMax),
    price: z.unknown().meta({ type: ['number', 'string'], description: 'in major units' }),
    currency: currencyCode(),
  })
  .meta({
    ...currencyBranches((currency) => ({ price: schemaOfPrice(currency) })),
  })
  .transform(({ name, price, currency }, context) => ({
    ...{ name, currency },
    unitAmountMinor: amountBeside(currency, price, { ...bounds, path: ['price'], context }),
  }));
