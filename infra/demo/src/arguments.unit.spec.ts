import { describe, expect, it } from 'vitest';
import { demoArguments, UsageError } from './arguments.ts';

describe('arguments of the demo', () => {
  it('have defaults', () => {
    expect(demoArguments([])).toEqual({
      ...{ help: false, once: false, json: false },
      ...{ seed: 1, orders: 300 },
    });
  });

  it('are taken', () => {
    expect(demoArguments(['--once', '--json', '--seed', '0', '--orders=20'])).toEqual({
      ...{ help: false, once: true, json: true },
      ...{ seed: 0, orders: 20 },
    });
  });

  it.each([
    ['--orders', '19'],
    ['--orders', '5001'],
    ['--seed', '-1'],
    ['--seed', 'x'],
    ['--many'],
  ])('are refused: %s %s', (...args) => {
    expect(() => demoArguments(args)).toThrow(UsageError);
  });
});
