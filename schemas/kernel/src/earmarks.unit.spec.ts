import { describe, expect, it } from 'vitest';
import type { Earmark, EarmarkLimits, EarmarkRefusal, Earmarks } from './earmarks.ts';
import {
  barEarmark,
  dueEarmarks,
  earmarkOf,
  endEarmark,
  firstDueMs,
  judgeMake,
  judgeRelease,
  judgeTake,
  makeEarmark,
  noEarmarks,
} from './earmarks.ts';
import { jsonBytesOf } from './remembered.ts';

const limits: EarmarkLimits = {
  ...{ openMax: 3, openBytesMax: 300, durationMsMax: 1_000 },
  ended: { forMs: 100, countMax: 3, bytesMax: 1_000 },
};
const mark = (id: string, over: Partial<Earmark<number>> = {}): Earmark<number> => ({
  ...{ id, orderNo: 'O-1', untilMs: 100, stake: 2 },
  ...over,
});
const same = (one: number, other: number): boolean => one === other;

const open = makeEarmark<number>(noEarmarks, mark('a'));
const end = (status: 'taken' | 'released') =>
  endEarmark<number>(open, { id: 'a', atMs: 9, fact: { status, stake: 2 } }, limits);
const states: Readonly<Record<string, Earmarks<number>>> = {
  unknown: noEarmarks,
  open,
  taken: end('taken'),
  released: end('released'),
  expired: endEarmark<number>(
    open,
    { id: 'a', atMs: 100, fact: { status: 'expired', stake: 2, orderNo: 'O-1' } },
    limits,
  ),
  barred: barEarmark<number>(noEarmarks, { id: 'a', atMs: 9 }, limits),
};

const refuse = (code: EarmarkRefusal) => ({ code, message: '' });
type Verdict = { readonly kind: string; readonly rejection?: { readonly code: string } };
const said = ({ kind, rejection }: Verdict): string => rejection?.code ?? kind;

const judged = (marks: Earmarks<number>, asked: Earmark<number>, atMs = 10): string =>
  said(judgeMake(marks, asked, { atMs, limits, same, refuse }));

/** What making it, with the same and another stake, taking it and releasing it come to. */
const verdicts: Readonly<Record<string, readonly [string, string, string, string]>> = {
  unknown: ['make', 'make', 'NOT_FOUND', 'bar'],
  open: ['unchanged', 'ID_REUSED', 'take', 'release'],
  taken: ['unchanged', 'ID_REUSED', 'unchanged', 'TAKEN'],
  released: ['ENDED', 'ID_REUSED', 'ENDED', 'unchanged'],
  expired: ['ENDED', 'ID_REUSED', 'take', 'unchanged'],
  barred: ['ENDED', 'ENDED', 'ENDED', 'unchanged'],
};

describe('an earmark', () => {
  it.each(Object.keys(verdicts))('that is %s answers each question as it must', (status) => {
    const marks = states[status] ?? noEarmarks;
    expect([
      judged(marks, mark('a')),
      judged(marks, mark('a', { stake: 3 })),
      said(judgeTake(marks, 'a', refuse)),
      said(judgeRelease(marks, 'a', refuse)),
    ]).toEqual(verdicts[status]);
    expect(earmarkOf(marks, 'a')?.status ?? 'unknown').toBe(status);
  });

  it('is taken with its order and what it is, also after its time', () => {
    const taken = { kind: 'take', orderNo: 'O-1', stake: 2 };
    expect(judgeTake(open, 'a', refuse)).toEqual({ ...taken, afterExpiry: false });
    expect(judgeTake(states['expired'] ?? open, 'a', refuse)).toEqual({
      ...taken,
      afterExpiry: true,
    });
  });

  it('has an end in the future, and not too far in it', () => {
    expect(judged(noEarmarks, mark('a', { untilMs: 10 }))).toBe('TIME_OVER');
    expect(judged(noEarmarks, mark('a', { untilMs: 1_010 }))).toBe('make');
    expect(judged(noEarmarks, mark('a', { untilMs: 1_011 }))).toBe('TIME_TOO_LONG');
    // A repeat is recognised whenever it comes.
    expect(judged(open, mark('a', { untilMs: 1 }))).toBe('unchanged');
  });

  it('is refused where too many are open, by number and by bytes', () => {
    const three = ['a', 'b', 'c'].reduce((marks, id) => makeEarmark(marks, mark(id)), open);
    expect(judged({ ...three, openBytes: 0 }, mark('d'))).toBe('TOO_MANY');
    expect(judged(noEarmarks, mark('x'.repeat(300)))).toBe('TOO_MANY');
  });
});

describe('earmarks together', () => {
  it('count the bytes of those that are open', () => {
    const two = makeEarmark(open, mark('b', { orderNo: '订单' }));
    expect(two.openBytes).toBe(jsonBytesOf(two.open) - 1);
    const one = endEarmark(two, { id: 'b', atMs: 9, fact: { status: 'taken', stake: 2 } }, limits);
    expect(one.openBytes).toBe(jsonBytesOf(one.open) - 1);
    expect(one.open).toEqual(open.open);
  });

  it('say which are due, and when the next one is', () => {
    const two = makeEarmark(open, mark('b', { untilMs: 50 }));
    expect([firstDueMs(noEarmarks), firstDueMs(two)]).toEqual([null, 50]);
    const due = (atMs: number) => dueEarmarks(two, atMs).map(({ id }) => id);
    expect([due(49), due(50), due(100)]).toEqual([[], ['b'], ['a', 'b']]);
  });
});
