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

const code = `[A-Za-z0-9][A-Za-z0-9._:|@-]{0,${limits.idCharsMax - 1}}`;

/** An opaque id as it may stand in a path: no slash, and no dot in front. */
export const id = () =>
  z
    .string({ error: 'is required, as text' })
    .regex(
      new RegExp(`^${code}$`),
      `must be 1 to ${limits.idCharsMax} of A-Z, a-z, 0-9 and . _ : | @ -, a letter or digit first`,
    );

export const reason = () => text(limits.reasonCharsMax);

export const accountParams = z.strictObject({ account: id() });

export const holdParams = z.strictObject({ account: id(), holdId: id() });

const maxMinor = limits.amountMinorMax;

const schemaOfAmount = (currency: string) =>
  jsonSchemaOf(majorAmount({ currency, maxMinor }), 'input');

/**
 * A body with an amount beside its currency, by which it is read: `amount` in major units becomes
 * `amountMinor`. The description says which amounts each currency has.
 */
export const withAmount = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject({
      ...shape,
      amount: z.unknown().meta({ type: ['number', 'string'], description: 'in major units' }),
      currency: currencyCode(),
    })
    .meta(currencyBranches((currency) => ({ amount: schemaOfAmount(currency) })))
    .transform((body, context) => {
      const { amount, currency } = moneyOf.parse(body);
      const of = { maxMinor, path: ['amount'], context };
      return { ...body, amountMinor: amountBeside(currency, amount, of), currency };
    });

/** The compiler loses sight of the two behind a shape that it does not know. */
const moneyOf = z.looseObject({ amount: z.unknown(), currency: z.string() });
