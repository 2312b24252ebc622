import { expect, it } from 'vitest';
import { cursorOf, pageCursor } from './page-cursor.ts';

const position = { createdAtMs: 1_704_114_000_000, id: 'a:订单 ÿ0' };
const cursor = cursorOf(position);

it('comes back as it was made', () => {
  expect(pageCursor().parse(cursor)).toEqual(position);
});

it.each([
  ['nothing', ''],
  ['another form', 'abc'],
  ['half a byte', cursor.slice(0, -1)],
  ['no id', cursor.replace(/_.*/, '_')],
  ['a time that no clock shows', `1${'0'.repeat(14)}_61`],
  ['a zero byte', `${cursor}00`],
  ['an id that no row has', `1_${'61'.repeat(257)}`],
  ['a line after it', `${cursor}\n`],
])('with %s is refused', (_what, wrong) => {
  expect(pageCursor().safeParse(wrong).success).toBe(false);
});

it('takes any other bytes for a place: an id that is no text is merely none of ours', () => {
  expect(pageCursor().parse('1_ff').id).toBe('\ufffd');
});
