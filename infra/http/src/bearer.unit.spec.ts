import { expect, it } from 'vitest';
import { bearerOf } from './index.ts';

it.each([
  ['Bearer good', 'good'],
  ['bearer  good', 'good'],
  [`Bearer ${'x'.repeat(256)}`, 'x'.repeat(256)],
  [`Bearer ${'x'.repeat(257)}`, null],
  ['Bearer', null],
  ['Bearer ', null],
  ['Bearer a b', null],
  ['Bearer é', null],
  ['Basic good', null],
  ['good', null],
  ['', null],
  [undefined, null],
])('finds in Authorization: %.20s the token %.20s', (authorization, token) => {
  expect(bearerOf({ headers: { authorization } })).toBe(token);
});
