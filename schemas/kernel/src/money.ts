import { invariant } from './invariant.ts';

/** Integer minor units with an ISO 4217 currency. Never a float. */
export interface Money {
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** Currencies whose minor unit is not a hundredth (ISO 4217, those that gateways here settle in). */
const minorDigitsByCurrency: Readonly<Record<string, number>> = {
  JPY: 0,
  KRW: 0,
  VND: 0,
  CLP: 0,
  BHD: 3,
  KWD: 3,
  TND: 3,
};

/** The same, those with as many decimals together. */
export const unusualCurrencies: readonly (readonly string[])[] = [
  ...new Set(Object.values(minorDigitsByCurrency)),
].map((digits) =>
  Object.keys(minorDigitsByCurrency).filter((code) => minorDigitsByCurrency[code] === digits),
);

export const minorDigitsOf = (currency: string): number => minorDigitsByCurrency[currency] ?? 2;

export const isCurrencyCode = (text: string): boolean => /^[A-Z]{3}$/.test(text);

export type MajorAmountProblem = 'not_a_number' | 'too_many_decimals' | 'too_large';

/** 12 digits before the point: beyond every contract's limit, far below 2^63 minor units. */
const majorDigitsMax = 12;

/**
 * Parses a decimal amount in major units, from its text and never through a float.
 * `parseMajor('99.9', 'CNY')` is 9990n. Accepts no sign, no exponent, no separators.
 */
export function parseMajor(text: string, currency: string): bigint | MajorAmountProblem {
  const match = /^(0|[1-9]\d*)(?:\.(\d+))?$/.exec(text);
  if (!match) return 'not_a_number';
  const [, whole = '', fraction = ''] = match;
  const digits = minorDigitsOf(currency);
  if (fraction.length > digits) return 'too_many_decimals';
  if (whole.length > majorDigitsMax) return 'too_large';
  return BigInt(whole + fraction.padEnd(digits, '0'));
}

/** `formatMajor(9990n, 'CNY')` is `99.90`. */
export function formatMajor(amountMinor: bigint, currency: string): string {
  invariant(amountMinor >= 0n, 'amounts are shown without a sign');
  const digits = minorDigitsOf(currency);
  const text = amountMinor.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
