import { expect, it } from 'vitest';
import { cursorOf, positionOfCursor } from './page-cursor.ts';

it('comes back as it was made, and nothing else does', () => {
  const position = { createdAtMs: 1_704_114_000_000, id: 'a:订单' };
  expect(positionOfCursor(cursorOf(position))).toEqual(position);
  for (const wrong of ['', 'abc', cursorOf(position).slice(1), `${cursorOf(position)}=`]) {
    expect(positionOfCursor(wrong)).toBeNull();
  }
});
