import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatMajor,
  isCurrencyCode,
  minorDigitsOf,
  parseMajor,
  unusualCurrencies,
} from './money.ts';

describe('an amount in major units', () => {
  it.each([
    ['99.9', 'CNY', 9990n],
    ['99.90', 'CNY', 9990n],
    ['0.01', 'CNY', 1n],
    ['0', 'CNY', 0n],
    ['0.00', 'CNY', 0n],
    ['1', 'CNY', 100n],
    // As floats these two are 0.28999999999999998 and 1.1499999999999999.
    ['0.29', 'CNY', 29n],
    ['1.15', 'CNY', 115n],
    ['999999999999.99', 'CNY', 99_999_999_999_999n],
    ['1500', 'JPY', 1500n],
    ['1.234', 'BHD', 1234n],
  ])('%s %s', (text, currency, expected) => {
    expect(parseMajor(text, currency)).toBe(expected);
  });

  it.each([
    ['', 'not_a_number'],
    ['-1', 'not_a_number'],
    ['+1', 'not_a_number'],
    ['01', 'not_a_number'],
    ['.5', 'not_a_number'],
    ['5.', 'not_a_number'],
    ['1e3', 'not_a_number'],
    ['1,000', 'not_a_number'],
    ['1 ', 'not_a_number'],
    ['1\n', 'not_a_number'],
    ['0x10', 'not_a_number'],
    ['NaN', 'not_a_number'],
    ['٣', 'not_a_number'],
    ['1.234', 'too_many_decimals'],
    ['1.000', 'too_many_decimals'],
    ['1000000000000', 'too_large'],
    ['9'.repeat(1_000), 'too_large'],
  ])('%j CNY is %s', (text, problem) => {
    expect(parseMajor(text, 'CNY')).toBe(problem);
  });

  it('has no decimals where the currency has none', () => {
    expect(parseMajor('1500.0', 'JPY')).toBe('too_many_decimals');
  });

  it('comes back the same from any number of minor units', () => {
    const minor = fc.bigInt({ min: 0n, max: 99_999_999_999_999n });
    fc.assert(
      fc.property(minor, fc.constantFrom('CNY', 'EUR'), (amountMinor, currency) => {
        expect(parseMajor(formatMajor(amountMinor, currency), currency)).toBe(amountMinor);
      }),
    );
  });
});

describe('minor units', () => {
  it.each([
    [9990n, 'CNY', '99.90'],
    [0n, 'CNY', '0.00'],
    [5n, 'CNY', '0.05'],
    [1500n, 'JPY', '1500'],
    [0n, 'JPY', '0'],
    [1n, 'BHD', '0.001'],
    [2n ** 63n - 1n, 'CNY', '92233720368547758.07'],
  ])('%d %s are %s', (amountMinor, currency, expected) => {
    expect(formatMajor(amountMinor, currency)).toBe(expected);
  });

  it('are never shown with a sign', () => {
    expect(() => formatMajor(-1n, 'CNY')).toThrow(/without a sign/);
  });

  it('are hundredths unless the currency says otherwise', () => {
    expect(['CNY', 'EUR', 'JPY', 'KWD'].map(minorDigitsOf)).toEqual([2, 2, 0, 3]);
    const digits = unusualCurrencies.map((codes) => [...new Set(codes.map(minorDigitsOf))]);
    expect(digits).toEqual([[0], [3]]);
  });
});

it.each([
  ['CNY', true],
  ['cny', false],
  ['CN', false],
  ['CNYX', false],
  ['CNY\n', false],
  ['', false],
])('%j is a currency code: %s', (text, expected) => {
  expect(isCurrencyCode(text)).toBe(expected);
});
