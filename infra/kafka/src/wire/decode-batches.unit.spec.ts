import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CorruptRecord } from '../errors.ts';
import { unpackedBatchBytesMax } from '../limits.ts';
import type { OutgoingRecord } from '../log.ts';
import { ByteWriter } from './bytes.ts';
import { crc32c } from './crc32c.ts';
import { decodeBatches, type AbortedTransaction } from './decode-batches.ts';
import { writeBatch } from './encode-batch.ts';
import { attribute, layout } from './record-batch.ts';

const at = { topic: 't', partition: 0 };

/** A batch as a broker stores it: with its base offset, and attributes of the test's choice. */
function batch(options: {
  readonly baseOffset: bigint;
  readonly values: readonly string[];
  readonly producerId?: bigint;
  readonly marker?: 'commit' | 'abort';
  readonly lastOffsetDelta?: number;
  readonly logAppendTimeMs?: number;
  readonly gzip?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}): Buffer {
  const { producerId, marker } = options;
  const key = Buffer.from([0, 0, 0, marker === 'commit' ? 1 : 0]);
  const records = options.values.map((value): OutgoingRecord => ({
    ...at,
    key,
    value: Buffer.from(value),
    headers: options.headers ?? {},
  }));
  const producer =
    producerId === undefined ? null : { producerId, producerEpoch: 0, baseSequence: 0 };
  const writer = new ByteWriter();
  writeBatch(writer, { records, from: 0, to: records.length, producer }, 1_000);
  let bytes = Buffer.from(writer.bytes());
  if (options.gzip === true) {
    const head = bytes.subarray(0, layout.records);
    bytes = Buffer.concat([head, gzipSync(bytes.subarray(layout.records))]);
    bytes.writeInt32BE(bytes.length - layout.lengthOverhead, layout.batchLength);
  }
  let attributes = bytes.readInt16BE(layout.attributes);
  if (options.gzip === true) attributes |= attribute.gzip;
  if (marker !== undefined) attributes |= attribute.control;
  if (options.logAppendTimeMs !== undefined) {
    attributes |= attribute.logAppendTime;
    bytes.writeBigInt64BE(BigInt(options.logAppendTimeMs), layout.maxTimestamp);
  }
  bytes.writeInt16BE(attributes, layout.attributes);
  bytes.writeBigInt64BE(options.baseOffset, 0);
  if (options.lastOffsetDelta !== undefined) {
    bytes.writeInt32BE(options.lastOffsetDelta, layout.lastOffsetDelta);
  }
  bytes.writeUInt32BE(crc32c(bytes, layout.attributes), layout.crc);
  return bytes;
}

function decode(
  batches: readonly Buffer[],
  options: { position?: bigint; aborted?: readonly AbortedTransaction[] | null } = {},
) {
  const { position = 0n, aborted = [] } = options;
  const decoded = decodeBatches(Buffer.concat(batches), { ...at, position, aborted });
  return {
    seen: decoded.records.map(({ offset, value }) => `${offset.toString()}:${String(value)}`),
    nextOffset: decoded.nextOffset,
    records: decoded.records,
    hasOwnTimes: decoded.hasOwnTimes,
  };
}

test('CRC-32C of the known vectors', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  expect(crc32c(Buffer.alloc(0))).toBe(0);
});

describe('what a fetch brought', () => {
  test('starts where it was asked to and ends past the last whole batch', () => {
    const first = batch({ baseOffset: 10n, values: ['a', 'b', 'c'] });
    const second = batch({ baseOffset: 13n, values: ['d'] });
    expect(decode([first, second], { position: 12n })).toMatchObject({
      seen: ['12:c', '13:d'],
      nextOffset: 14n,
    });
    for (let cut = 1; cut < second.length; cut += 1) {
      const partial = decode([first, second.subarray(0, cut)], { position: 10n });
      expect(partial).toMatchObject({ seen: ['10:a', '11:b', '12:c'], nextOffset: 13n });
    }
    expect(decode([], { position: 7n })).toMatchObject({ seen: [], nextOffset: 7n });
  });

  test('goes past what compaction took away', () => {
    const gap = batch({ baseOffset: 5n, values: ['kept'], lastOffsetDelta: 9 });
    const empty = batch({ baseOffset: 15n, values: [], lastOffsetDelta: 4 });
    expect(decode([gap], { position: 6n })).toMatchObject({ seen: [], nextOffset: 15n });
    expect(decode([gap, empty])).toMatchObject({ seen: ['5:kept'], nextOffset: 20n });
  });

  test('is read from gzip, with the time of the broker or of the writer', () => {
    const plain = batch({ baseOffset: 0n, values: ['a'] });
    const stamped = batch({ baseOffset: 1n, values: ['b', 'c'], gzip: true, logAppendTimeMs: 77 });
    const { records, seen } = decode([plain, stamped]);
    expect(seen).toEqual(['0:a', '1:b', '2:c']);
    expect(records.map(({ timestampMs }) => timestampMs)).toEqual([1_000, 77, 77]);
    expect(decode([plain, stamped]).hasOwnTimes).toBe(true);
    expect(decode([plain, stamped], { position: 1n }).hasOwnTimes).toBe(false);
  });

  test('is refused when a bit has changed anywhere under the checksum', () => {
    const whole = batch({ baseOffset: 0n, values: ['abc'], producerId: 5n });
    for (let index = layout.crc; index < whole.length; index += 1) {
      const broken = Buffer.from(whole);
      broken[index] = (broken[index] ?? 0) ^ 0x10;
      expect(() => decode([broken]), `byte ${index}`).toThrow(CorruptRecord);
    }
    const old = Buffer.from(whole);
    old[layout.magic] = 1;
    expect(() => decode([old])).toThrow(/format 1/);
  });
});

describe('what a mistaken producer wrote, with a checksum that matches', () => {
  const resealed = (bytes: Buffer): Buffer => {
    bytes.writeUInt32BE(crc32c(bytes, layout.attributes), layout.crc);
    return bytes;
  };

  const none = Buffer.alloc(0);

  test('is read or refused, whichever bit is wrong, and never read beyond its end', () => {
    const headers = { ce_id: '17', empty: '' };
    const whole = batch({ baseOffset: 0n, values: ['abc', 'defg'], producerId: 5n, headers });
    const after = batch({ baseOffset: 2n, values: ['next'] });
    let refused = 0;
    for (let bit = layout.attributes * 8; bit < whole.length * 8; bit += 1) {
      const wrong = Buffer.from(whole);
      wrong[bit >> 3] = (wrong[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        const { records, nextOffset } = decode([resealed(wrong), after]);
        expect(nextOffset).toBeGreaterThan(0n);
        const bytes = records.reduce(
          (sum, { key, value, headers }) =>
            sum + Buffer.concat([...Object.values(headers), key ?? none, value ?? none]).length,
          0,
        );
        expect(bytes).toBeLessThan(whole.length + after.length);
      } catch (error) {
        const says = error instanceof CorruptRecord || /compressed with/.test(String(error));
        expect(says, `bit ${bit}: ${String(error)}`).toBe(true);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(100);
  });

  test('is refused with a codec that is not read here, by its name', () => {
    for (const [codec, name] of [
      [2, 'snappy'],
      [3, 'lz4'],
      [4, 'zstd'],
    ] as const) {
      const packed = batch({ baseOffset: 0n, values: ['abc'] });
      packed.writeInt16BE(codec, layout.attributes);
      expect(() => decode([resealed(packed)])).toThrow(name);
    }
  });

  test('is refused with gzip that does not unpack, or unpacks to too much', () => {
    const garbled = batch({ baseOffset: 0n, values: ['abc'], gzip: true });
    garbled[layout.records + 12] = (garbled[layout.records + 12] ?? 0) ^ 0xff;
    expect(() => decode([resealed(garbled)])).toThrow(CorruptRecord);
    const zeros = gzipSync(Buffer.alloc(unpackedBatchBytesMax + 1), { level: 1 });
    const bomb = Buffer.concat([garbled.subarray(0, layout.records), zeros]);
    bomb.writeInt32BE(bomb.length - layout.lengthOverhead, layout.batchLength);
    expect(bomb.length).toBeLessThan(1_048_576);
    expect(() => decode([resealed(bomb)])).toThrow(/gzip/);
  });
});

describe('the filter of aborted transactions', () => {
  const [p1, p2] = [1n, 2n];
  const abort = (baseOffset: bigint, producerId: bigint) =>
    batch({ baseOffset, values: [''], producerId, marker: 'abort' });
  const commit = (baseOffset: bigint, producerId: bigint) =>
    batch({ baseOffset, values: [''], producerId, marker: 'commit' });

  test('takes them by first offset, whatever the order of the list', () => {
    const log = [
      batch({ baseOffset: 0n, values: ['a', 'b'], producerId: p1 }),
      batch({ baseOffset: 2n, values: ['c'], producerId: p2 }),
      batch({ baseOffset: 3n, values: ['d'], producerId: p1 }),
      abort(4n, p2),
      batch({ baseOffset: 5n, values: ['e'], producerId: p1 }),
      abort(6n, p1),
      batch({ baseOffset: 7n, values: ['f'], producerId: p2 }),
      commit(8n, p2),
    ];
    const aborted = [
      { producerId: p2, firstOffset: 2n },
      { producerId: p1, firstOffset: 0n },
    ];
    expect(decode(log, { aborted })).toMatchObject({ seen: ['7:f'], nextOffset: 9n });
    // A fetch that starts inside both.
    expect(decode(log.slice(2), { aborted, position: 3n }).seen).toEqual(['7:f']);
    expect(decode(log, { aborted: null }).seen).toEqual(['0:a', '1:b', '2:c', '3:d', '5:e', '7:f']);
  });

  test('tells a producer that aborts twice from its commits in between', () => {
    const log = [
      batch({ baseOffset: 0n, values: ['a'], producerId: p1 }),
      abort(1n, p1),
      batch({ baseOffset: 2n, values: ['b'], producerId: p1 }),
      commit(3n, p1),
      batch({ baseOffset: 4n, values: ['c'], producerId: p1 }),
      abort(5n, p1),
    ];
    const aborted = [
      { producerId: p1, firstOffset: 0n },
      { producerId: p1, firstOffset: 4n },
    ];
    expect(decode(log, { aborted })).toMatchObject({ seen: ['2:b'], nextOffset: 6n });
  });

  test('goes by control batches, not by what looks like a marker in a record', () => {
    const log = [
      batch({ baseOffset: 0n, values: ['a'], producerId: p1 }),
      batch({ baseOffset: 1n, values: ['plain'] }),
      batch({ baseOffset: 2n, values: ['b'], producerId: p1 }),
      commit(3n, p2),
      batch({ baseOffset: 4n, values: ['c'], producerId: p1 }),
    ];
    const aborted = [{ producerId: p1, firstOffset: 0n }];
    expect(decode(log, { aborted }).seen).toEqual(['1:plain']);
  });
});
