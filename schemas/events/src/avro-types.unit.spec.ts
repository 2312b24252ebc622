import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avroType } from './avro-types.ts';

const sequence = avroType('{"type":"long","logicalType":"sequence"}');

/** An implementation that shares nothing with ours but avsc's own eight-byte unpacking. */
const oracle = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});

const edges = [
  0n,
  63n,
  64n,
  2n ** 31n,
  2n ** 32n,
  2n ** 40n,
  2n ** 41n,
  2n ** 42n,
  2n ** 53n,
  2n ** 62n,
];
const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -(2n ** 43n), max: 2n ** 43n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n),
  fc
    .tuple(fc.constantFrom(...edges), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
    .map(([edge, by, negative]) => (negative ? -edge : edge) + by),
);

describe('bigint longs', () => {
  it('have the bytes that Avro gives a long, and come back the same', () => {
    fc.assert(
      fc.property(int64, (value) => {
        const bytes = sequence.toBuffer(value);
        expect(bytes.equals(oracle.toBuffer(value))).toBe(true);
        expect(sequence.fromBuffer(bytes)).toBe(value);
      }),
      { numRuns: 5_000 },
    );
  });

  it('are refused beyond 64 bits and as numbers', () => {
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 5, '5', null]) {
      expect(sequence.isValid(value)).toBe(false);
    }
  });
});
