import { isCurrencyCode, minorDigitsOf, unusualCurrencies } from '@plumbline/kernel';
import { z } from 'zod';
import { majorAmount } from './fields.ts';

/** The field of a currency; CNY where it is not given. */
export const currencyCode = () =>
  z
    .string({ error: 'must be text' })
    .refine(isCurrencyCode, { error: 'must be an ISO 4217 code such as CNY' })
    .meta({ pattern: '^[A-Z]{3}$' })
    .default('CNY');

/**
 * For the description of a body whose amounts in major units stand beside their currency: what the
 * amounts can be for each number of decimals. `amounts` gives the JSON Schema of the fields that
 * hold them, for one currency; those with more decimals than `digitsMax` are left out.
 */
export function currencyBranches(
  amounts: (currency: string) => Readonly<Record<string, unknown>>,
  { digitsMax = Infinity }: { readonly digitsMax?: number } = {},
): { readonly anyOf: readonly object[] } {
  const usual = { not: { enum: unusualCurrencies.flat() } };
  const branches = unusualCurrencies
    .filter(([first = 'CNY']) => minorDigitsOf(first) <= digitsMax)
    .map((codes) => ({
      required: ['currency'],
      properties: { currency: { enum: codes }, ...amounts(codes[0] ?? 'CNY') },
    }));
  return { anyOf: [{ properties: { currency: usual, ...amounts('CNY') } }, ...branches] };
}

/**
 * For the transform of such a body: the amount in minor units. One that is wrong becomes an issue of
 * its field, and 0 here, which nobody sees.
 */
export function amountBeside(
  currency: string,
  value: unknown,
  of: {
    readonly minMinor?: bigint;
    readonly maxMinor: bigint;
    readonly path: readonly PropertyKey[];
    readonly context: z.RefinementCtx;
  },
): bigint {
  const { path, context, ...bounds } = of;
  const parsed = majorAmount({ currency, ...bounds }).safeParse(value);
  if (parsed.success) return parsed.data;
  const message = parsed.error.issues[0]?.message ?? 'must be an amount';
  context.addIssue({ code: 'custom', path: [...path], message });
  return 0n;
}
