import { describe, expect, it } from 'vitest';
import { benchArguments, UsageError } from './arguments.ts';

describe('arguments of the benchmark', () => {
  it('have defaults', () => {
    expect(benchArguments([])).toEqual({
      ...{ help: false, cold: false, save: false, seconds: 20, rates: [50, 500] },
      parts: new Set(['latency', 'start']),
    });
  });

  it('are taken', () => {
    const args = ['--only', 'start', '--rates=10,20', '--seconds', '5', '--cold', '--save'];
    expect(benchArguments(args)).toEqual({
      ...{ help: false, cold: true, save: true, seconds: 5, rates: [10, 20] },
      parts: new Set(['start']),
    });
  });

  it.each([['--only', 'x'], ['--rates', '0'], ['--rates', '5,'], ['--seconds', '3601'], ['--x']])(
    'are refused: %s %s',
    (...args) => {
      expect(() => benchArguments(args)).toThrow(UsageError);
    },
  );
});
