import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const nowMs = Date.UTC(2026, 10, 22, 12, 0, 0);

describe('the hint of an endpoint when to come again', () => {
  it.each([
    ['120', 120_000],
    [' 1 ', 1_000],
    ['Sun, 22 Nov 2026 12:01:30 GMT', 90_000],
    ['999999999999', 72 * 3_600_000],
    ['Wed, 22 Nov 2028 12:00:00 GMT', 72 * 3_600_000],
  ])('%j is %d ms', (text, waitMs) => {
    expect(parseRetryAfter(text, nowMs)).toBe(waitMs);
  });

  it.each([
    ...[undefined, '', '0', '-5', '1.5', 'soon', '5s', '1e3', 'Sun, 22 Nov 2026 11:59:00 GMT'],
    ...['2026-11-22T13:00:00Z', 'Sun, 99 Nov 2026 12:00:00 GMT', 'Sun, 22 Foo 2026 13:00:00 GMT'],
  ])('%j is none', (text) => {
    expect(parseRetryAfter(text, nowMs)).toBeNull();
  });
});
