import type { Evidence } from '@plumbline/events';
import { firstLink, jsonStateCodec } from '@plumbline/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchedOrder } from './processor.ts';
import type { RuleId } from './rules/rules.ts';
import { watchedCodec } from './watched-codec.ts';

const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
const evidence: fc.Arbitrary<Evidence> = fc.record({
  ...{ eventId: fc.string(), type: fc.string(), topic: fc.string() },
  ...{ partition: fc.nat(), offset, time },
});
const watch = fc.record({
  ...{ trigger: evidence, deadlineMs: time, ruleVersion: fc.nat(), open: fc.boolean() },
});
const order = fc.record({
  ...{ orderNo: fc.string({ unit: 'grapheme' }), tenant: fc.string(), since: evidence },
  status: fc.constantFrom('PENDING', 'WAITING_PAYMENT', 'PAID', 'FAILED', 'EXPIRED', 'CANCELLED'),
});
const payment = fc.record({
  ...{ payNo: fc.string(), since: evidence, currency: fc.string() },
  status: fc.constantFrom('INIT', 'PAYING', 'SUCCESS', 'FAILED', 'CLOSED'),
  amountMinor: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  contradiction: fc.option(
    fc.record({ reported: fc.constantFrom('SUCCESS', 'FAILED'), seen: evidence }),
  ),
});
const watched: fc.Arbitrary<WatchedOrder> = fc.record({
  view: fc.record({ order: fc.option(order), payment: fc.option(payment) }),
  watches: fc.dictionary(fc.constantFrom<RuleId>('A', 'B', 'C'), watch, { noNullPrototype: true }),
  chain: fc.oneof(
    fc.constant(firstLink),
    fc.record({ version: fc.bigInt({ min: 1n, max: 2n ** 62n }), hash: fc.string() }),
  ),
  correlationId: fc.string(),
});

describe('what is kept of an order', () => {
  it('comes back as it was, whatever its size', () => {
    fc.assert(
      fc.property(watched, (value) => {
        expect(watchedCodec.decode(watchedCodec.encode(value))).toEqual(value);
      }),
    );
  });

  it('is still read as the version before wrote it', () => {
    fc.assert(
      fc.property(watched, (value) => {
        expect(watchedCodec.decode(jsonStateCodec.encode(value))).toEqual(value);
      }),
    );
  });

  it('is refused when it is cut off or of a format to come', () => {
    const [value] = fc.sample(watched, { numRuns: 1, seed: 7 });
    const bytes = watchedCodec.encode(value as WatchedOrder);
    expect(() => watchedCodec.decode(bytes.subarray(0, -1))).toThrow();
    expect(() => watchedCodec.decode(Buffer.from([2, ...bytes.subarray(1)]))).toThrow('format 2');
  });
});
