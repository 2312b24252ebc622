import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedUuid, partitionOfSlot, routingKey, slotCount, slotOf } from './ids.ts';
import type { Slot } from './ids.ts';
import { partitionOfRecordKey, payNo, slotOfPayNo, slotOfRecordKey } from './pay-no.ts';

const anySlot = fc.integer({ min: 0, max: slotCount - 1 }).map((slot) => slot as Slot);

describe('a payment number', () => {
  it('is PAY, the time, the slot and randomness', () => {
    const parts = { atMs: 1_700_000_000_000, slot: 42 as Slot, random: 7 };
    expect(payNo(parts)).toBe('PAY170000000000000042000000007');
  });

  it('has 30 characters and gives its slot back', () => {
    const parts = fc.record({
      atMs: fc.integer({ min: 0, max: 9_999_999_999_999 }),
      slot: anySlot,
      random: fc.integer({ min: 0, max: 999_999_999 }),
    });
    fc.assert(
      fc.property(parts, (each) => {
        expect(payNo(each)).toHaveLength(30);
        expect(slotOfPayNo(payNo(each))).toBe(each.slot);
      }),
    );
  });

  it.each([-1, 1e9])('is not made of the randomness %d', (random) => {
    expect(() => payNo({ atMs: 0, slot: 0 as Slot, random })).toThrow(/nine digits/);
  });

  it.each([
    'PAY170000000000065536000000007',
    'PAY170000000000099999000000007',
    'PAY17000000000000004200000000',
    'PAY1700000000000000420000000070',
    'pay170000000000000042000000007',
    ' PAY170000000000000042000000007',
    'PAY170000000000000042000000007\n',
    'PAYx70000000000000042000000007',
    '',
  ])('is not %j', (text) => {
    expect(slotOfPayNo(text)).toBeNull();
  });
});

describe('a record key', () => {
  it('goes to the same slot as its order, whether it is routing key, payment number or id', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,32}$/), (orderNo) => {
        const key = routingKey('main', orderNo);
        const slot = slotOf(key);
        const ofPayment = payNo({ atMs: 1_700_000_000_000, slot, random: 1 });
        const keys = [key, ofPayment, derivedUuid(slot, 'event', key)];
        expect(keys.map(slotOfRecordKey)).toEqual([slot, slot, slot]);
        const partition = partitionOfSlot(slot, 32);
        expect(keys.map((each) => partitionOfRecordKey(each, 32))).toEqual(
          keys.map(() => partition),
        );
      }),
    );
  });
});
