import { describe, expect, it } from 'vitest';
import { compare, isAmount, minus, scaleOf, sumOf, times } from './decimal.ts';

describe('amounts in major units', () => {
  it('add up exactly where floats do not', () => {
    expect(sumOf(['0.10', '0.20'])).toBe('0.30');
    expect(sumOf(['9999999999.99', '0.01'])).toBe('10000000000.00');
  });

  it('keep the decimals that they came with', () => {
    expect(sumOf(['1200', '300'])).toBe('1500');
    expect(sumOf(['1.5', '1.25'])).toBe('2.75');
    expect(sumOf([])).toBe('0');
    expect(scaleOf('12.50')).toBe(2);
  });

  it('are taken so many times, and from one another', () => {
    expect(times('19.99', 3)).toBe('59.97');
    expect(times('0.01', 1_000_000)).toBe('10000.00');
    expect(minus('10', '9.99')).toBe('0.01');
    expect(() => minus('1', '1.01')).toThrow('more than');
  });

  it('compare by what they are worth', () => {
    expect(compare('1.5', '1.50')).toBe(0);
    expect(compare('2', '10')).toBeLessThan(0);
    expect(compare('0.1', '0.09')).toBeGreaterThan(0);
  });

  it.each(['', '-1', '1e3', '.5', '1.', '1,5', ' 1', 'NaN', '１'])('are not %j', (text) => {
    expect(isAmount(text)).toBe(false);
  });
});
