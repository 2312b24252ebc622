import { formatMajor, minorDigitsOf, parseMajor } from '@plumbline/kernel';
import type { LosslessNumber } from 'lossless-json';
import { isLosslessNumber } from 'lossless-json';
import { z } from 'zod';
import { jsonNumber, numberText } from './json.ts';

/**
 * Building blocks for the schemas of requests and answers. JSON numbers arrive as source text, so
 * `z.number()` never fits a request body: use these.
 */

/**
 * An amount in major units, as a JSON number or a string, to `bigint` minor units: `99.9` and
 * `"99.90"` are 9990n in CNY. Each way of being wrong has its own message.
 */
export function majorAmount(options: {
  readonly currency: string;
  /** Both bounds are included; the lower one is 1 minor unit unless given. */
  readonly minMinor?: bigint;
  readonly maxMinor: bigint;
}) {
  const { currency, minMinor = 1n, maxMinor } = options;
  const digits = minorDigitsOf(currency);
  const show = (minor: bigint): string => formatMajor(minor, currency);
  return z
    .unknown()
    .transform((value, context): bigint => {
      const result = minorOf(value, { currency, minMinor, maxMinor });
      if (typeof result === 'bigint') return result;
      context.addIssue({ code: 'custom', message: result });
      return z.NEVER;
    })
    .meta({
      type: ['number', 'string'],
      minimum: Number(show(minMinor)),
      maximum: Number(show(maxMinor)),
      multipleOf: Number(`1e-${digits}`),
      pattern: majorPattern({ digits, minMinor, maxMinor }),
    });
}

/** Decimal text of an amount in major units. Above 0.01 the bounds are in words only. */
function majorPattern(of: {
  readonly digits: number;
  readonly minMinor: bigint;
  readonly maxMinor: bigint;
}): string {
  const { digits, minMinor, maxMinor } = of;
  const wholeDigits = Math.max(1, maxMinor.toString().length - digits);
  const decimals = digits === 0 ? '' : `(\\.\\d{1,${digits}})?`;
  const above = `[1-9]\\d{0,${wholeDigits - 1}}${decimals}`;
  if (minMinor === 0n) return `^(0${decimals}|${above})$`;
  const cents = Array.from(
    { length: digits },
    (_, zeros) => `${'0'.repeat(zeros)}[1-9]\\d{0,${digits - zeros - 1}}`,
  );
  return digits === 0 ? `^${above}$` : `^(0\\.(${cents.join('|')})|${above})$`;
}

function minorOf(
  value: unknown,
  limits: { readonly currency: string; readonly minMinor: bigint; readonly maxMinor: bigint },
): bigint | string {
  if (value === undefined) return 'is required';
  const text = typeof value === 'string' ? value : numberText(value);
  if (text === null) return 'must be a number such as 99.99';
  if (/^-\d/.test(text)) return 'must not be negative';
  const { currency, minMinor, maxMinor } = limits;
  const tooLarge = `must not be above ${formatMajor(maxMinor, currency)}`;
  const minor = parseMajor(text, currency);
  if (minor === 'not_a_number') return 'must be a plain decimal number such as 99.99';
  if (minor === 'too_many_decimals') {
    return `must have at most ${minorDigitsOf(currency)} decimals`;
  }
  if (minor === 'too_large' || minor > maxMinor) return tooLarge;
  if (minor === 0n && minMinor > 0n) return 'must not be zero';
  if (minor < minMinor) return `must not be below ${formatMajor(minMinor, currency)}`;
  return minor;
}

/** An amount in minor units, a JSON integer, to `bigint`. */
export function minorAmount(options: { readonly minMinor?: bigint; readonly maxMinor: bigint }) {
  const { minMinor = 1n, maxMinor } = options;
  return integer({ min: minMinor, max: maxMinor }, numberText, 'an integer of minor units');
}

/** A JSON integer within safe bounds, both included, to `number`. */
export const intNumber = (bounds: { readonly min: number; readonly max: number }) =>
  integer(bigBounds(bounds), numberText, 'an integer').transform(Number).meta(schemaOf(bounds));

/** The same from text, for paths and queries. */
export const intText = (bounds: { readonly min: number; readonly max: number }) =>
  integer(bigBounds(bounds), (value) => (typeof value === 'string' ? value : null), 'an integer')
    .transform(Number)
    .meta(schemaOf(bounds));

interface Bounds {
  readonly min: bigint;
  readonly max: bigint;
}

const bigBounds = ({ min, max }: { readonly min: number; readonly max: number }): Bounds => ({
  min: BigInt(min),
  max: BigInt(max),
});

const schemaOf = ({ min, max }: { readonly min: number; readonly max: number }) => ({
  type: 'integer',
  minimum: min,
  maximum: max,
});

function integer(bounds: Bounds, textOf: (value: unknown) => string | null, what: string) {
  return z
    .unknown()
    .transform((value, context): bigint => {
      const result = integerOf(value, textOf(value), bounds, what);
      if (typeof result === 'bigint') return result;
      context.addIssue({ code: 'custom', message: result });
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: Number(bounds.min), maximum: Number(bounds.max) });
}

function integerOf(
  value: unknown,
  text: string | null,
  { min, max }: Bounds,
  what: string,
): bigint | string {
  if (value === undefined) return 'is required';
  if (text === null || !/^-?(0|[1-9]\d{0,30})$/.test(text)) return `must be ${what}`;
  const parsed = BigInt(text);
  if (parsed < min) return `must not be below ${min}`;
  return parsed > max ? `must not be above ${max}` : parsed;
}

/**
 * Text of 1 to `max` characters (code points), without control characters and lone surrogates:
 * what every store and header downstream can hold.
 */
export const text = (max: number, options: { readonly min?: number } = {}) => {
  const min = options.min ?? 1;
  return z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be text') })
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), {
      error: 'must not contain control characters',
    })
    .refine((value) => Array.from(value).length >= min, {
      error: min === 1 ? 'must not be empty' : `must have at least ${min} characters`,
    })
    .refine((value) => Array.from(value).length <= max, {
      error: `must have at most ${max} characters`,
    })
    .meta({ minLength: min, maxLength: max, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' });
};

/**
 * An id that callers give as text or, if it looks like one, as a JSON number: the number's decimal
 * text. A number is whole, not negative, and exact in a float, so that all clients mean the same.
 */
export const textOrWholeNumber = (of: {
  readonly form: RegExp;
  /** The form in words, such as `1 to 32 of A-Z, a-z, 0-9, _ and -`. */
  readonly formInWords: string;
}) =>
  z
    .unknown()
    .transform((value, context): string => {
      const given = typeof value === 'string' ? value : wholeText(value);
      if (given !== null && of.form.test(given)) return given;
      const message = `must be a whole number, or ${of.formInWords}`;
      context.addIssue({ code: 'custom', message: value === undefined ? 'is required' : message });
      return z.NEVER;
    })
    .meta({
      type: ['string', 'integer'],
      pattern: of.form.source,
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
    });

function wholeText(value: unknown): string | null {
  const digits = numberText(value);
  const isWhole = digits !== null && /^(0|[1-9]\d{0,15})$/.test(digits);
  return isWhole && Number.isSafeInteger(Number(digits)) ? digits : null;
}

/** A JSON document within a request, with ordinary numbers; those a float cannot hold are refused. */
export const jsonObject = () =>
  z
    .unknown()
    .transform((value, context): Record<string, unknown> => {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (!isObject || isLosslessNumber(value)) {
        context.addIssue({ code: 'custom', message: 'must be an object' });
        return z.NEVER;
      }
      const unsafe: string[] = [];
      const plain = plainOf(value, unsafe) as Record<string, unknown>;
      if (unsafe.length > 0) {
        const message = `has numbers that would lose digits: ${unsafe.slice(0, 3).join(', ')}`;
        context.addIssue({ code: 'custom', message });
      }
      return plain;
    })
    .meta({ type: 'object', additionalProperties: true });

function plainOf(value: unknown, unsafe: string[]): unknown {
  if (isLosslessNumber(value)) {
    const number = Number(value.value);
    if (!Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number)))
      unsafe.push(value.value);
    return number;
  }
  if (Array.isArray(value)) return value.map((item) => plainOf(item, unsafe));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plainOf(item, unsafe)]),
  );
}

/** For answers: minor units as a JSON number in major units, `99.90`. */
export const majorAmountOut = (amountMinor: bigint, currency: string): LosslessNumber =>
  jsonNumber(formatMajor(amountMinor, currency));

/** The schema of {@link majorAmountOut}, for the documentation and checked answers. */
export const majorAmountOutSchema = () =>
  z
    .custom<LosslessNumber>((value) => isLosslessNumber(value))
    .meta({ type: 'number', minimum: 0, description: 'amount in major units' });
