import { describe, expect, it } from 'vitest';
import { compactTime, msOfCompactTime } from './times.ts';

describe("Lakala's times", () => {
  it("are China's, to the second, and read as they are written", () => {
    const ms = Date.UTC(2022, 0, 18, 9, 0, 46);
    expect(compactTime(ms)).toBe('20220118170046');
    expect(msOfCompactTime('20220118170046')).toBe(ms);
    expect(msOfCompactTime('20211231235959')).toBe(Date.UTC(2021, 11, 31, 15, 59, 59));
  });

  it.each([
    '',
    '2022011817004',
    '20221318170046',
    '20220230120000',
    '2022-01-18',
    '20220118240000',
  ])('are not read from %j', (text) => expect(msOfCompactTime(text)).toBeNull());
});
