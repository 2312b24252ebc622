import { describe, expect, it } from 'vitest';
import { byTime } from '../read/follow.ts';
import { recordOutput } from '../testing/memory-session.ts';
import { durationText, parseDurationMs } from './duration.ts';
import { amountText, summaryOf } from './summary.ts';
import { tableLines } from './table.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it.each(['', '5', 's', '-5s', '5 s', '1.5h', '5x', '5ss'])('%j is none', (text) =>
    expect(parseDurationMs(text)).toBeNull(),
  );

  it.each([
    [0, '0s'],
    [90_000, '1m30s'],
    [5_400_250, '1h30m250ms'],
  ])('%d ms is shown as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
    expect(parseDurationMs(text)).toBe(ms);
  });
});

describe('summaries', () => {
  it('show amounts in major units, times as dates, lists by length', () => {
    const time = Date.UTC(2026, 0, 1);
    const data = { orderNo: 'H1', amountMinor: 9_990n, currency: 'CNY', createdAt: time };
    expect(summaryOf({ ...data, items: [1, 2], reason: null, quantity: 3 })).toBe(
      'amount=99.90 CNY createdAt=2026-01-01T00:00:00.000Z items=2 quantity=3',
    );
  });

  it('show what has fields of its own, with its amounts', () => {
    expect(summaryOf({ gateway: { channel: 'PAYPAY', amountMinor: 9_990n } })).toBe(
      'gateway={"channel":"PAYPAY","amountMinor":"9990"}',
    );
  });

  it('cut what is long', () => {
    expect(summaryOf({ message: 'x'.repeat(200) })).toBe(`message=${'x'.repeat(59)}…`);
  });

  it.each([
    [100n, 'JPY', '100 JPY'],
    [1n, 'CNY', '0.01 CNY'],
    [-5n, 'CNY', '-5 minor units'],
  ])('%s of %s is %s', (amount, currency, text) => expect(amountText(amount, currency)).toBe(text));
});

it('tables have columns of one width, numbers at the right', () => {
  expect(
    tableLines(
      ['name', 'n'],
      [
        ['a', '1'],
        ['longer', '100'],
      ],
    ),
  ).toEqual(['name      n', 'a         1', 'longer  100']);
});

it('records are put into the order of their time, then of their place', () => {
  const record = (timestampMs: number, topic: string, partition: number, offset: bigint) => ({
    ...{ timestampMs, topic, partition, offset },
  });
  const [a, b, c, d] = [
    record(1, 'b', 0, 9n),
    record(2, 'a', 0, 1n),
    record(2, 'a', 1, 0n),
    record(2, 'b', 0, 0n),
  ];
  expect(byTime([d, c, b, a])).toEqual([a, b, c, d]);
});

describe('output', () => {
  it('keeps results apart from what is said to the person', () => {
    const out = recordOutput();
    out.line('result');
    out.note('hint');
    out.json({ offset: 12n, value: Buffer.from('hi') });
    expect(out.stdout()).toBe('result\n{"offset":"12","value":"aGk="}\n');
    expect(out.stderr()).toBe('hint\n');
  });

  it('rewrites its progress on a terminal, and says nothing of what is soon over elsewhere', () => {
    const [terminal, file] = [recordOutput(true), recordOutput(false)];
    for (const out of [terminal, file]) {
      out.progress('1 of 2');
      out.progress('2 of 2');
      out.note('done');
    }
    expect(terminal.stderr()).toBe('\r\x1b[K1 of 2\r\x1b[K2 of 2\ndone\n');
    expect(file.stderr()).toBe('done\n');
  });
});
