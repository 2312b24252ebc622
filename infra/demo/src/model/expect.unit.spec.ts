import { describe, expect, it } from 'vitest';
import type { Expected } from './expect.ts';
import { expectationOf } from './expect.ts';
import type { Fact, Outage, Reported } from './journal.ts';

const opened: readonly Fact[] = [{ fact: 'placed' }, { fact: 'payment-opened', payNo: 'PAY1' }];

const report = (
  status: Reported['status'],
  letter: string,
  answer: Reported['answer'],
  more: Partial<Reported> = {},
): Reported => ({
  fact: 'reported',
  ...{ status, letter, answer, forged: false, repeated: false, sentAtMs: 0, answeredAtMs: 10 },
  ...more,
});

const expired: Fact = { fact: 'order-seen', status: 'EXPIRED' };
const paid: Fact = { fact: 'order-seen', status: 'PAID' };
const processed = (status: Reported['status'], more: Partial<Reported> = {}) =>
  report(status, 'a', 'PROCESSED', more);

const expectation = (facts: readonly Fact[], expires = false, outage: Outage | null = null) =>
  expectationOf(
    { orderNo: 'H1', story: 'test', expires, facts: [...opened, ...facts], problem: null },
    outage,
  );

/** `PAID`, `CANCELLED C1`, `PAID B1/1`: the status, then raised/resolved by rule. */
function brief({ status, alerts, wrongAnswers }: Expected): string {
  const spoken = Object.entries(alerts)
    .filter(([, { raised, resolved }]) => raised + resolved > 0)
    .map(([rule, { raised, resolved }]) => ` ${rule}${raised}/${resolved}`);
  return `${status}${spoken.join('')}${wrongAnswers.map((text) => ` ! ${text}`).join('')}`;
}

describe('what must follow from what was done', () => {
  it.each<[string, readonly Fact[], boolean, string]>([
    ['a success', [processed('SUCCESS')], false, 'PAID'],
    ['its repeats', [processed('SUCCESS'), report('SUCCESS', 'a', 'IGNORED')], false, 'PAID'],
    ['a failure', [processed('FAILED')], false, 'FAILED'],
    ['nothing, and time passes', [], true, 'EXPIRED'],
    ['nothing, and there is time', [], false, 'WAITING_PAYMENT'],
    ['a success after the expiry', [expired, processed('SUCCESS')], true, 'EXPIRED C1/0'],
    ['a failure after the expiry', [expired, processed('FAILED')], true, 'EXPIRED'],
    ['a cancellation', [{ fact: 'cancelled' }], false, 'CANCELLED'],
    ['one, and a success', [{ fact: 'cancelled' }, processed('SUCCESS')], false, 'CANCELLED C1/0'],
    [
      'a failure, then a success',
      [processed('FAILED'), report('SUCCESS', 'b', 'IGNORED')],
      false,
      'FAILED C1/0',
    ],
    [
      'a success, then a failure, twice',
      [processed('SUCCESS'), report('FAILED', 'b', 'IGNORED'), report('FAILED', 'b', 'IGNORED')],
      false,
      'PAID B1/0',
    ],
    [
      'a success and a failure under one id',
      [processed('SUCCESS'), paid, report('FAILED', 'a', 'IGNORED')],
      false,
      'PAID B1/0',
    ],
    [
      'a contradiction that heals',
      [processed('SUCCESS'), report('FAILED', 'b', 'IGNORED'), report('SUCCESS', 'c', 'IGNORED')],
      false,
      'PAID B1/1',
    ],
    [
      'a contradiction whose own id says the opposite, which proves nothing',
      [processed('SUCCESS'), report('FAILED', 'b', 'IGNORED'), report('SUCCESS', 'b', 'IGNORED')],
      false,
      'PAID B1/0',
    ],
    [
      'a success whose first answer was lost',
      [report('SUCCESS', 'a', 'IGNORED', { repeated: true })],
      false,
      'PAID',
    ],
    ['a forgery', [report('SUCCESS', 'x', 'REFUSED', { forged: true })], true, 'EXPIRED'],
    [
      'a forgery that was believed',
      [report('SUCCESS', 'x', 'PROCESSED', { forged: true })],
      true,
      'EXPIRED ! report SUCCESS x was answered PROCESSED, not REFUSED',
    ],
    [
      'a repeat that was processed',
      [processed('SUCCESS'), report('SUCCESS', 'a', 'PROCESSED')],
      false,
      'PAID ! report SUCCESS a was answered PROCESSED, not IGNORED',
    ],
  ])('%s', (_, facts, expires, text) => {
    expect(brief(expectation(facts, expires))).toBe(text);
  });
});

it('keeps what stopped a story', () => {
  const journal = { orderNo: 'H1', story: 'test', expires: false, facts: opened };
  const expected = expectationOf({ ...journal, problem: 'no answer' }, null);
  expect(brief(expected)).toBe('WAITING_PAYMENT ! no answer');
});

describe('Rule A', () => {
  const outage: Outage = { downFromMs: 1_000, upFromMs: 10_000, graceMs: 4_000, marginMs: 2_000 };
  const paidAt = (sentAtMs: number, answeredAtMs: number) =>
    brief(expectation([processed('SUCCESS', { sentAtMs, answeredAtMs })], false, outage));

  it('speaks and is healed when the whole grace fell into the outage', () => {
    expect(paidAt(1_000, 1_020)).toBe('PAID A1/1');
    expect(paidAt(3_980, 4_000)).toBe('PAID A1/1');
  });

  it('is silent before and after', () => {
    expect(paidAt(900, 1_000)).toBe('PAID');
    expect(paidAt(10_000, 10_020)).toBe('PAID');
  });

  it('is not expected to be certain when the times are not', () => {
    expect(paidAt(990, 1_010)).toMatch(/not certain/);
    expect(paidAt(3_990, 4_010)).toMatch(/not certain/);
  });

  it('has nothing to say about a failure or an order that had ended', () => {
    const times = { sentAtMs: 2_000, answeredAtMs: 2_010 };
    expect(brief(expectation([processed('FAILED', times)], false, outage))).toBe('FAILED');
    expect(brief(expectation([expired, processed('SUCCESS', times)], true, outage))).toBe(
      'EXPIRED C1/0',
    );
  });
});
