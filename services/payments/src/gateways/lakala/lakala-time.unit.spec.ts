import { expect, it } from 'vitest';
import { epochMsOf, lakalaTime } from './lakala-time.ts';

it('times stand as in Shanghai, and come back to the second', () => {
  const ms = Date.UTC(2026, 11, 31, 16, 0, 1, 999);
  expect(lakalaTime(ms)).toBe('20270101000001');
  expect(epochMsOf('20270101000001')).toBe(ms - 999);
  expect(epochMsOf('20250311195612')).toBe(Date.UTC(2025, 2, 11, 11, 56, 12));
});

it.each([
  '',
  '2021092264452',
  '20250230000000',
  '20250311240000',
  '20250311196012',
  '2025031119561x',
  '19900101000000',
])('%j is no time', (text) => expect(epochMsOf(text)).toBeNull());
