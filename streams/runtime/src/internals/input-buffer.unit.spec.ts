import type { Fetched, LogRecord } from '@plumbline/kafka';
import { describe, expect, it } from 'vitest';
import { createInputBuffer } from './input-buffer.ts';

const topic = 'in';
const recordAt = (offset: bigint, timestampMs: number): LogRecord => ({
  ...{ topic, partition: 0, offset, timestampMs },
  ...{ key: Buffer.from('k'), value: null, headers: {} },
});
const fetched = (over: Partial<Fetched>): Fetched => ({
  ...{ topic, partition: 0, records: [], nextOffset: 0n, logStartOffset: 0n },
  ...{ lastStableOffset: 0n, highWatermark: 0n, sentAtBrokerMs: null },
  ...over,
});
const emptyInput = () => createInputBuffer({ topic, offset: 0n, timeMs: 0 });

describe('the frontier of an input', () => {
  it('is unknown before anything was fetched', () => {
    expect(emptyInput().frontierMs()).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is the time of the next buffered record', () => {
    const input = emptyInput();
    const records = [recordAt(0n, 100), recordAt(1n, 200)];
    const ends = { nextOffset: 2n, lastStableOffset: 2n, highWatermark: 2n, sentAtBrokerMs: 500 };
    input.offer(fetched({ records, ...ends }));
    expect(input.frontierMs()).toBe(100);
    input.take();
    expect(input.frontierMs()).toBe(200);
  });

  it('is when the fetch was sent, once everything is taken and the answer ended at the log end', () => {
    const input = emptyInput();
    input.offer(fetched({ sentAtBrokerMs: 500 }));
    expect(input.frontierMs()).toBe(500);
  });

  it('stays at the last record while a transaction is open, since the past may yet surface', () => {
    const input = emptyInput();
    const ends = { nextOffset: 1n, lastStableOffset: 1n, highWatermark: 3n, sentAtBrokerMs: 900 };
    input.offer(fetched({ records: [recordAt(0n, 100)], ...ends }));
    input.take();
    expect(input.frontierMs()).toBe(100);
  });

  it('does not trust an answer that stopped before the last stable offset', () => {
    const input = emptyInput();
    const ends = { nextOffset: 1n, lastStableOffset: 5n, highWatermark: 5n, sentAtBrokerMs: 900 };
    input.offer(fetched({ records: [recordAt(0n, 100)], ...ends }));
    input.take();
    expect(input.frontierMs()).toBe(100);
  });

  it('never goes backwards', () => {
    const input = emptyInput();
    input.offer(fetched({ sentAtBrokerMs: 500 }));
    input.offer(fetched({ sentAtBrokerMs: 400 }));
    expect(input.frontierMs()).toBe(500);
  });
});

describe('positions', () => {
  it('move past markers once all records before them are taken', () => {
    const input = emptyInput();
    const ends = { nextOffset: 3n, lastStableOffset: 3n, highWatermark: 3n };
    input.offer(fetched({ records: [recordAt(0n, 1), recordAt(1n, 1)], ...ends }));
    input.take();
    expect(input.position()).toBe(1n);
    expect(input.lag(null)).toBe(1n);
    input.take();
    expect(input.position()).toBe(3n);
    expect(input.lag(null)).toBe(0n);
  });

  it('take append times as a running maximum', () => {
    const input = emptyInput();
    const ends = { nextOffset: 2n, lastStableOffset: 2n, highWatermark: 2n };
    input.offer(fetched({ records: [recordAt(0n, 200), recordAt(1n, 150)], ...ends }));
    expect(input.take().timeMs).toBe(200);
    expect(input.take().timeMs).toBe(200);
  });

  it('refuse a record that comes twice', () => {
    const input = emptyInput();
    const ends = { nextOffset: 1n, lastStableOffset: 1n, highWatermark: 1n };
    input.offer(fetched({ records: [recordAt(0n, 1)], ...ends }));
    expect(() => input.offer(fetched({ records: [recordAt(0n, 1)], ...ends }))).toThrow('twice');
  });
});
