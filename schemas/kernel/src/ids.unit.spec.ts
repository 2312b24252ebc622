import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  derivedNumber,
  derivedUuid,
  digest,
  murmur2,
  parseRoutingKey,
  partitionOfSlot,
  routingKey,
  slotCount,
  slotOf,
  slotOfUuid,
  splitRoutingKey,
} from './ids.ts';
import type { Slot } from './ids.ts';

const anySlot = fc.integer({ min: 0, max: slotCount - 1 }).map((slot) => slot as Slot);

describe('murmur2', () => {
  // The vectors of Kafka's own UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s is what Java says', (text, expected) => {
    expect(murmur2(Buffer.from(text))).toBe(expected);
  });

  it('takes bytes above 127 as unsigned, as Java does', () => {
    // 0xff & (-1) in each place of a block and of the rest: no sign may leak into the others.
    const bytes = Buffer.from([255, 0, 0, 0, 0, 255, 0]);
    const signed = Buffer.from(new Int8Array([-1, 0, 0, 0, 0, -1, 0]).buffer);
    expect(murmur2(bytes)).toBe(murmur2(signed));
    expect(murmur2(Buffer.from([255]))).not.toBe(murmur2(Buffer.from([127])));
  });
});

describe('a partition', () => {
  it('is the one of the default partitioner of Java', () => {
    const counts = Array.from({ length: 17 }, (_, power) => 2 ** power);
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(...counts),
        (key, partitions) => {
          const java = (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
          expect(partitionOfSlot(slotOf(key), partitions)).toBe(java);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([0, -4, 3, 12, 131_072])('is not given for %i partitions', (partitions) => {
    expect(() => partitionOfSlot(1, partitions)).toThrow(/does not divide/);
  });
});

describe('a routing key', () => {
  it('comes apart as it was put together', () => {
    const key = routingKey('main', 'a/b/订单');
    expect(key).toBe('main/a/b/订单');
    expect(splitRoutingKey(key)).toEqual({ tenant: 'main', orderNo: 'a/b/订单' });
  });

  it.each([
    ['', 'o'],
    ['main.', 'o'],
    ['a/b', 'o'],
    ['x'.repeat(33), 'o'],
    ['main', ''],
  ])('is not made of %j and %j', (tenant, orderNo) => {
    expect(() => routingKey(tenant, orderNo)).toThrow();
  });

  it.each(['', 'main', '/o', 'main/'])('is not %j', (key) => {
    expect(() => splitRoutingKey(key)).toThrow(/routing key/);
  });
});

describe('a text that may be a routing key', () => {
  it('comes apart where it is one', () => {
    expect(parseRoutingKey('main/a/b/订单')).toEqual({ tenant: 'main', orderNo: 'a/b/订单' });
    expect(parseRoutingKey('main/a\nb')).toEqual({ tenant: 'main', orderNo: 'a\nb' });
  });

  it.each(['', 'main', 'main/', '/o', 'main./o', 'ma in/o', `main/${'x'.repeat(252)}`])(
    'is none: %j',
    (text) => {
      expect(parseRoutingKey(text)).toBeNull();
    },
  );
});

describe('a digest', () => {
  it('is SHA-256 over the parts, each with its length before it', () => {
    const bytes = Buffer.from('00000002c3a4' + '00000000' + '0000000300ff01', 'hex');
    const expected = createHash('sha256').update(bytes).digest('hex');
    expect(digest('ä', '', Buffer.from([0, 255, 1])).toString('hex')).toBe(expected);
  });

  it('tells lists apart that join to the same text', () => {
    const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc']];
    const digests = lists.map((parts) => digest(...parts).toString('hex'));
    expect(new Set(digests).size).toBe(lists.length);
  });
});

describe('a derived UUID', () => {
  it('never changes', () => {
    const id = derivedUuid(0xabcd as Slot, 'event', 'orders', 'main/o-1', '1');
    expect(id).toBe(derivedUuid(0xabcd as Slot, 'event', 'orders', 'main/o-1', '1'));
    expect(id).toBe('2baf3d86-c46e-88a5-a108-c2a51e5cabcd');
  });

  it('is of version 8 and variant 2, and carries its slot', () => {
    fc.assert(
      fc.property(anySlot, fc.array(fc.string()), (slot, parts) => {
        const id = derivedUuid(slot, ...parts);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(slotOfUuid(id)).toBe(slot);
      }),
    );
  });

  it('differs with each part', () => {
    const ids = [
      derivedUuid(1 as Slot, 'event', 'a'),
      derivedUuid(1 as Slot, 'event', 'b'),
      derivedUuid(1 as Slot, 'alert', 'a'),
      derivedUuid(2 as Slot, 'event', 'a'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    '0190a4b2-0000-4000-8000-00000000abcd',
    '0190a4b2-0000-8000-c000-00000000abcd',
    '0190A4B2-0000-8000-8000-00000000ABCD',
    'main/o-1',
    '',
  ])('is not %j', (id) => {
    expect(slotOfUuid(id)).toBeNull();
  });
});

it('a derived number is different for every place and grows with the offset', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 46n }), anySlot, anySlot, (offset, slot, other) => {
      expect(derivedNumber(offset, slot) < derivedNumber(offset + 1n, other)).toBe(true);
      expect(derivedNumber(offset, slot) === derivedNumber(offset, other)).toBe(slot === other);
      expect(derivedNumber(offset, slot) < 2n ** 63n).toBe(true);
    }),
  );
});
