import { describe, expect, it } from 'vitest';
import { closingLine, failure, failureLines, isGreen, nothing, sum } from './outcome.ts';

describe('the closing line', () => {
  it('counts what passed and failed', () => {
    const all = sum([
      { ...nothing, passed: 3 },
      failure('a.ts > b', 'no'),
      { ...nothing, passed: 1 },
    ]);
    expect(closingLine(all)).toBe('4 passed, 1 failed');
  });

  it('names skipped tests only when there are some', () => {
    expect(closingLine({ ...nothing, passed: 2, skipped: 1 })).toBe(
      '2 passed, 0 failed, 1 skipped',
    );
  });

  it('is green only when nothing failed and something passed', () => {
    expect(isGreen({ ...nothing, passed: 1 })).toBe(true);
    expect(isGreen(nothing)).toBe(false);
    expect(isGreen(sum([{ ...nothing, passed: 9 }, failure('x', 'y')]))).toBe(false);
  });
});

it('a failure is shown without the colours of a terminal', () => {
  const red = `${String.fromCharCode(27)}[31mexpected 1${String.fromCharCode(27)}[39m`;
  expect(failureLines(failure('a.ts > b', red))).toEqual(['  a.ts > b', '      expected 1']);
});
