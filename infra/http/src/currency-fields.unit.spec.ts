import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  amountBeside,
  currencyBranches,
  currencyCode,
  defineRoute,
  jsonSchemaOf,
} from './index.ts';

const branches = currencyBranches((currency) => ({ amount: { multipleOf: currency } }));

describe('the description of amounts beside their currency', () => {
  it('has one branch for each number of decimals, the usual one without a currency', () => {
    expect(branches.anyOf).toEqual([
      {
        properties: {
          currency: { not: { enum: ['JPY', 'KRW', 'VND', 'CLP', 'BHD', 'KWD', 'TND'] } },
          amount: { multipleOf: 'CNY' },
        },
      },
      {
        required: ['currency'],
        properties: {
          currency: { enum: ['JPY', 'KRW', 'VND', 'CLP'] },
          amount: { multipleOf: 'JPY' },
        },
      },
      {
        required: ['currency'],
        properties: { currency: { enum: ['BHD', 'KWD', 'TND'] }, amount: { multipleOf: 'BHD' } },
      },
    ]);
  });

  it('leaves out those with more decimals than are taken', () => {
    const { anyOf } = currencyBranches(() => ({}), { digitsMax: 2 });
    expect(anyOf).toHaveLength(2);
    expect(JSON.stringify(anyOf[1])).not.toContain('KWD');
  });

  it('narrows a strict object without opening it', () => {
    const body = z.strictObject({ amount: z.string(), currency: currencyCode() }).meta(branches);
    const route = () =>
      defineRoute({
        method: 'post',
        path: '/x',
        summary: 'x',
        request: { body },
        responses: {},
        handler: () => ({ status: 200 }),
      });
    expect(route).not.toThrow();
    expect(jsonSchemaOf(body, 'input')).toMatchObject({ additionalProperties: false, ...branches });
  });
});

it('a currency is three capitals, and CNY where none is given', () => {
  expect(currencyCode().parse(undefined)).toBe('CNY');
  for (const wrong of ['cny', 'CNYX', '', 5, null])
    expect(currencyCode().safeParse(wrong).success).toBe(false);
});

describe('an amount beside its currency', () => {
  const body = z
    .strictObject({ price: z.unknown(), currency: currencyCode() })
    .transform(({ price, currency }, context) =>
      amountBeside(currency, price, { minMinor: 0n, maxMinor: 999n, path: ['price'], context }),
    );
  const problemOf = (value: unknown) => {
    const [issue] = body.safeParse(value).error?.issues ?? [];
    return issue === undefined ? null : `${issue.path.join('.')}: ${issue.message}`;
  };

  it('is read with the decimals of the currency', () => {
    expect(body.parse({ price: '9.5' })).toBe(950n);
    expect(body.parse({ price: '9', currency: 'JPY' })).toBe(9n);
    expect(body.parse({ price: '0' })).toBe(0n);
  });

  it('is a problem of its own field', () => {
    expect(problemOf({ price: '9.5', currency: 'JPY' })).toBe(
      'price: must have at most 0 decimals',
    );
    expect(problemOf({ price: '10' })).toBe('price: must not be above 9.99');
  });
});
