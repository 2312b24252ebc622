import { HttpProblem, minorAmount, parseJsonBody } from '@plumbline/http';
import { z } from 'zod';
import * as limits from '../limits.ts';

/** References: what every gateway here takes. */
export const referenceText = (max: number = limits.referenceCharsMax) =>
  z.string().regex(new RegExp(`^[0-9A-Za-z_-]{1,${max}}$`), 'must be of 0-9, A-Z, a-z, _ and -');

/** Only what a payer or a merchant may be sent to. */
export const webUrl = (max: number = limits.urlCharsMax) =>
  z
    .string()
    .max(max)
    .refine((text) => isWebUrl(text), { error: 'must be a URL of http or https' });

export const isWebUrl = (text: string): boolean =>
  URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);

export const currencyCode = () => z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code');

/** An amount of minor units as decimal text. */
export const minorText = () =>
  z
    .string()
    .regex(/^[1-9]\d{0,13}$/, 'must be minor units as decimal text')
    .transform(BigInt);

/** The same as a JSON integer. */
export const minorNumber = () => minorAmount({ maxMinor: limits.amountMinorMax });

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** The fields of a body; unknown ones are left alone, as gateways do. */
export function readBody<S extends z.ZodType>(body: Buffer, schema: S): Parsed<z.output<S>> {
  try {
    const parsed = schema.safeParse(parseJsonBody(body));
    if (parsed.success) return { ok: true, value: parsed.data };
    const [issue] = parsed.error.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    return { ok: false, message: `${where}: ${issue?.message ?? 'is wrong'}` };
  } catch (error) {
    if (error instanceof HttpProblem) return { ok: false, message: error.message };
    throw error;
  }
}
