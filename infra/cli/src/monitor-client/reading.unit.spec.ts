import { describe, expect, it } from 'vitest';
import { waitMsAfter } from './back-off.ts';
import { lineBytesMax, recordBytesMax } from './limits.ts';
import { linesOf } from './line-reader.ts';
import { readRecord } from './money-record.ts';

const example = {
  ...{ pid: 1000, aid: 1, payway: 'wxpay', channel: 'wxpay1#1001', price: 10.0 },
  ...{ platformOrder: 'wx123', rawPayload: '{...}' },
};
const problemOf = (over: object | string): string => {
  const read = readRecord(
    typeof over === 'string' ? over : JSON.stringify({ ...example, ...over }),
  );
  return read.kind === 'record' ? 'none' : read.problem;
};

describe('a record', () => {
  it('is what contract 0 shows, ids as numbers or text, prices as well', () => {
    const name = { account: '1000.1', platformOrder: 'wx123' };
    expect(readRecord(JSON.stringify(example))).toEqual({ kind: 'record', name });
    expect(problemOf({ pid: 'shop_1', aid: '2', price: '10.00', more: true })).toBe('none');
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'is no JSON object'],
    ['null', 'is no JSON object'],
    [{ pid: 1.5 }, /^pid: /],
    [{ pid: 'a b' }, /^pid: /],
    [{ price: 'ten' }, 'price: is no amount such as 10.00'],
    [{ price: null }, /^price: /],
    [{ platformOrder: '' }, /^platformOrder: /],
    [{ rawPayload: { an: 'object' } }, /^rawPayload: /],
    [{ channel: undefined }, /^channel: /],
    [{ rawPayload: 'x'.repeat(recordBytesMax) }, /^has more than/],
  ])('is none: %j', (over, problem) => {
    const said = problemOf(over);
    if (typeof problem === 'string') expect(said).toBe(problem);
    else expect(said).toMatch(problem);
  });
});

async function linesIn(...chunks: readonly string[]) {
  const found: string[] = [];
  const stream = (async function* () {
    for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
  })();
  for await (const { bytes, number } of linesOf(stream)) found.push(`${number} ${String(bytes)}`);
  return found;
}

describe('lines', () => {
  it('come whole, however they are cut, with their numbers, without empty ones', async () => {
    expect(await linesIn('a', 'b\nc', 'd\r\n\r\n', '\n', 'e')).toEqual(['1 ab', '2 cd', '5 e']);
    expect(await linesIn('a\n')).toEqual(['1 a']);
    expect(await linesIn()).toEqual([]);
  });

  it('without an end in sight are no records', async () => {
    await expect(linesIn('ok\n', 'x'.repeat(lineBytesMax), 'y')).rejects.toThrow('line 2 has more');
  });
});

describe('waits', () => {
  it('are at most double of the one before, and at most the longest', () => {
    const backOff = { firstMs: 1_000, longestMs: 60_000 };
    const most = { ...backOff, random: () => 0.999_999_9 };
    const waits = [1, 2, 3, 6, 7, 8, 10_000].map((tries) => waitMsAfter(tries, most));
    expect(waits).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
    expect(waitMsAfter(10_000, { ...backOff, random: () => 0 })).toBe(0);
  });
});
