import { describe, expect, it } from 'vitest';
import { countOf, parseExactly } from './exact-json.ts';

describe('JSON with exact numbers', () => {
  it('keeps every digit of a number, also those that a float would lose', () => {
    const text = '{"amount":12.50,"large":9007199254740993,"list":[-1,1e3,0]}';
    expect(parseExactly(text)).toEqual({
      amount: '12.50',
      large: '9007199254740993',
      list: ['-1', '1e3', '0'],
    });
  });

  it('leaves strings alone, whatever digits, quotes and backslashes they hold', () => {
    const value = { 'a 1': 'b "2" \\', c: '\\"3', none: null, yes: true };
    expect(parseExactly(JSON.stringify(value))).toEqual(value);
  });

  it.each(['', '{', '01', '-', '{"a":1 2}', 'NaN'])('refuses %j, which is no JSON', (text) => {
    expect(() => parseExactly(text)).toThrow(SyntaxError);
  });

  it('gives a count as a number', () => {
    expect(countOf('12')).toBe(12);
  });
});
