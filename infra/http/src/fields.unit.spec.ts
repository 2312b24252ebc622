import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  HttpProblem,
  intNumber,
  intText,
  jsonObject,
  majorAmount,
  majorAmountOut,
  majorAmountOutSchema,
  minorAmount,
  parseJsonBody,
  renderJson,
  text,
  textOrWholeNumber,
} from './index.ts';
import { jsonSchemaOf } from './strictness.ts';

const amount = majorAmount({ currency: 'CNY', maxMinor: 999_999_999_999n });
const json = (source: string) => parseJsonBody(Buffer.from(source));

function outcome(schema: z.ZodType, source: string): unknown {
  const parsed = schema.safeParse(json(source));
  return parsed.success ? parsed.data : parsed.error.issues[0]?.message;
}

describe('majorAmount', () => {
  it.each([
    ['99.99', 9_999n],
    ['"99.99"', 9_999n],
    ['0.01', 1n],
    ['99.9', 9_990n],
    ['100', 10_000n],
    ['9999999999.99', 999_999_999_999n],
    // As floats these are 1.1500000000000001 and 4.35 * 100 = 434.99999999999994.
    ['1.15', 115n],
    ['4.35', 435n],
  ])('takes %s as %s minor units', (source, minor) => {
    expect(outcome(amount, source)).toBe(minor);
  });

  it.each([
    ['"abc"', 'must be a plain decimal number such as 99.99'],
    ['1e2', 'must be a plain decimal number such as 99.99'],
    ['"1,000.00"', 'must be a plain decimal number such as 99.99'],
    ['" 1"', 'must be a plain decimal number such as 99.99'],
    ['true', 'must be a number such as 99.99'],
    ['null', 'must be a number such as 99.99'],
    ['[1]', 'must be a number such as 99.99'],
    ['0.001', 'must have at most 2 decimals'],
    ['99.990', 'must have at most 2 decimals'],
    ['-1', 'must not be negative'],
    ['-0', 'must not be negative'],
    ['0', 'must not be zero'],
    ['0.00', 'must not be zero'],
    ['10000000000', 'must not be above 9999999999.99'],
    ['99999999999999999999', 'must not be above 9999999999.99'],
  ])('refuses %s: %s', (source, message) => {
    expect(outcome(amount, source)).toBe(message);
  });

  it('knows a lower bound and other currencies', () => {
    const yen = majorAmount({ currency: 'JPY', minMinor: 100n, maxMinor: 10_000n });
    expect(outcome(yen, '100')).toBe(100n);
    expect(outcome(yen, '99')).toBe('must not be below 100');
    expect(outcome(yen, '100.5')).toBe('must have at most 0 decimals');
  });

  it('describes itself', () => {
    expect(jsonSchemaOf(amount, 'input')).toEqual({
      type: ['number', 'string'],
      minimum: 0.01,
      maximum: 9_999_999_999.99,
      multipleOf: 0.01,
      pattern: '^(0\\.([1-9]\\d{0,1}|0[1-9]\\d{0,0})|[1-9]\\d{0,9}(\\.\\d{1,2})?)$',
    });
  });

  it.each([
    ['CNY', 1n],
    ['CNY', 0n],
    ['JPY', 1n],
    ['JPY', 0n],
    ['KWD', 1n],
  ])('describes exactly the texts that it takes, in %s from %d', (currency, minMinor) => {
    const schema = majorAmount({ currency, minMinor, maxMinor: 99_999n });
    const pattern = new RegExp(String(jsonSchemaOf(schema, 'input')['pattern']));
    const digit = fc.constantFrom('0', '0', '1', '9');
    const digits = fc.array(digit, { maxLength: 6 }).map((all) => all.join(''));
    const texts = fc.tuple(digits, fc.constantFrom('', '.'), digits).map((all) => all.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect(pattern.test(text), text).toBe(schema.safeParse(text).success);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('integers', () => {
  it('takes JSON integers within bounds as numbers', () => {
    const schema = intNumber({ min: 1, max: 10 });
    expect(outcome(schema, '10')).toBe(10);
    expect(outcome(schema, '0')).toBe('must not be below 1');
    expect(outcome(schema, '11')).toBe('must not be above 10');
    for (const source of ['1.0', '1e0', '"1"', 'null'])
      expect(outcome(schema, source)).toBe('must be an integer');
    expect(jsonSchemaOf(schema, 'input')).toEqual({ type: 'integer', minimum: 1, maximum: 10 });
  });

  it('takes text in queries', () => {
    const schema = intText({ min: 1, max: 10 });
    expect(schema.parse('7')).toBe(7);
    expect(schema.safeParse('7.5').success).toBe(false);
    expect(schema.safeParse(['7', '8']).success).toBe(false);
  });

  it('takes minor units as bigint', () => {
    const schema = minorAmount({ maxMinor: 9_007_199_254_740_993n });
    expect(outcome(schema, '9007199254740993')).toBe(9_007_199_254_740_993n);
    expect(outcome(schema, '0')).toBe('must not be below 1');
    expect(outcome(schema, '1.5')).toBe('must be an integer of minor units');
  });
});

describe('text', () => {
  it('counts characters, not code units, and refuses what stores cannot hold', () => {
    const schema = text(3);
    expect(schema.parse('𝔸𝔹ℂ')).toBe('𝔸𝔹ℂ');
    for (const bad of ['', 'abcd', 'a\u0000', 'a\n', '\ud800'])
      expect(schema.safeParse(bad).success).toBe(false);
  });
});

describe('textOrWholeNumber', () => {
  const id = textOrWholeNumber({ form: /^[a-z0-9-]{1,16}$/, formInWords: '16 of a-z, 0-9 and -' });

  it.each([
    ['"shop-1"', 'shop-1'],
    ['"007"', '007'],
    ['"9007199254740993"', '9007199254740993'],
    ['0', '0'],
    ['1000', '1000'],
    ['9007199254740991', '9007199254740991'],
  ])('takes %s as %s', (source, taken) => {
    expect(outcome(id, source)).toBe(taken);
  });

  it.each(['""', '"a b"', '-1', '1.5', '1.0', '1e3', '9007199254740992', 'true', 'null', '[1]'])(
    'refuses %s',
    (source) => {
      const message = 'must be a whole number, or 16 of a-z, 0-9 and -';
      expect(outcome(id, source)).toBe(message);
    },
  );

  it('refuses a number whose text is too long, and asks for what is missing', () => {
    const short = textOrWholeNumber({ form: /^\d{1,3}$/, formInWords: '1 to 3 digits' });
    expect(outcome(short, '1000')).toBe('must be a whole number, or 1 to 3 digits');
    expect(id.safeParse(undefined).error?.issues[0]?.message).toBe('is required');
  });

  it('describes itself', () => {
    expect(jsonSchemaOf(id, 'input')).toEqual({
      ...{ type: ['string', 'integer'], pattern: '^[a-z0-9-]{1,16}$' },
      ...{ minimum: 0, maximum: 9_007_199_254_740_991 },
    });
  });
});

describe('jsonObject', () => {
  it('gives ordinary numbers and refuses those that would lose digits', () => {
    expect(outcome(jsonObject(), '{"a":[1,{"b":2.5}],"c":"x"}')).toEqual({
      a: [1, { b: 2.5 }],
      c: 'x',
    });
    expect(outcome(jsonObject(), '{"a":9007199254740993}')).toContain('9007199254740993');
    expect(outcome(jsonObject(), '{"a":1e999}')).toContain('1e999');
    expect(outcome(jsonObject(), '[]')).toBe('must be an object');
    expect(outcome(jsonObject(), '5')).toBe('must be an object');
  });
});

describe('parseJsonBody', () => {
  it.each([
    ['', 'the body is empty'],
    ['{', 'not valid JSON'],
    ['{"a":1,}', 'not valid JSON'],
    ['{"a":1}x', 'not valid JSON'],
    ['NaN', 'not valid JSON'],
    ['{"a":1,"a":2}', 'not valid JSON'],
    ['{"a":1,"a":1}', 'key twice'],
    ['{"x":[{"a":{},"a":[]}]}', 'key twice'],
    ['{"__proto__":{"admin":true}}', '__proto__'],
    ['['.repeat(60_000), 'too deeply nested'],
  ])('refuses %.40s', (source, message) => {
    const attempt = () => json(source);
    expect(attempt).toThrow(HttpProblem);
    expect(attempt).toThrow(message);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseJsonBody(Buffer.from([0x22, 0xff, 0x22]))).toThrow('not UTF-8');
  });

  it('is not confused by quotes and colons within texts', () => {
    const source = '{"a":"\\"b\\":","c":{"\\\\":":"},"d":["x:","\\"k\\":1"]}';
    expect(json(source)).toEqual(JSON.parse(source));
  });
});

it('writes amounts as numbers with their decimals', () => {
  const amountOut = majorAmountOut(9_990n, 'CNY');
  expect(renderJson({ amount: amountOut, big: 5n })).toBe('{"amount":99.90,"big":5}');
  expect(majorAmountOutSchema().safeParse(amountOut).success).toBe(true);
  expect(majorAmountOutSchema().safeParse(99.9).success).toBe(false);
});
