import { gunzipSync } from 'node:zlib';
import { CorruptRecord } from '../errors.ts';
import { unpackedBatchBytesMax } from '../limits.ts';
import type { Headers, HeaderVisitor, LogRecord, TopicPartition } from '../log.ts';
import { crc32c } from './crc32c.ts';
import type { KnownName } from './header-names.ts';
import { HeaderNames } from './header-names.ts';
import { attribute, layout } from './record-batch.ts';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

export interface DecodedBatches {
  readonly records: readonly LogRecord[];
  /** One past the last whole batch, delivered or not; the asked position when there was none. */
  readonly nextOffset: bigint;
  /** Whether any of the records has the time that its producer gave it, and not the broker's. */
  readonly hasOwnTimes: boolean;
}

const ABORT_MARKER = 0;
const headerNames = new HeaderNames();

/**
 * Decodes what one Fetch brought for one partition. With `aborted` given (read_committed) the
 * records of aborted transactions are left out, whole batches at a time, the way Java's consumer
 * does it: transactions sorted by first offset, all taken in that begin at or before the batch's
 * last offset, and only an abort marker takes a producer out again. Nothing is carried from one
 * fetch to the next: the broker lists every aborted transaction that overlaps what it returned.
 *
 * Keys, values and headers are views into the fetched buffer: copy what is kept for long.
 */
export function decodeBatches(
  bytes: Buffer,
  at: TopicPartition & {
    readonly position: bigint;
    readonly aborted: readonly AbortedTransaction[] | null;
  },
): DecodedBatches {
  const records: LogRecord[] = [];
  const filter = at.aborted === null ? null : new AbortedFilter(at.aborted);
  let nextOffset = at.position;
  let hasOwnTimes = false;
  let start = 0;
  while (start + layout.records <= bytes.length) {
    const end = start + layout.lengthOverhead + bytes.readInt32BE(start + layout.batchLength);
    // The broker cuts the last batch off where the byte limit falls.
    if (end > bytes.length) break;
    checkBatch(bytes, start, end, at);
    const baseOffset = bytes.readBigInt64BE(start);
    const lastOffset = baseOffset + BigInt(bytes.readInt32BE(start + layout.lastOffsetDelta));
    const attributes = bytes.readInt16BE(start + layout.attributes);
    const wanted = filter === null || filter.admits(bytes, start, { attributes, lastOffset });
    if (wanted && (attributes & attribute.control) === 0 && lastOffset >= at.position) {
      decodeRecords(bytes, { start, end, baseOffset, attributes }, at, records);
      hasOwnTimes ||= (attributes & attribute.logAppendTime) === 0;
    }
    if (lastOffset >= nextOffset) nextOffset = lastOffset + 1n;
    start = end;
  }
  return { records, nextOffset, hasOwnTimes };
}

class AbortedFilter {
  readonly #byFirstOffset: readonly AbortedTransaction[];
  readonly #active = new Set<bigint>();
  #admitted = 0;

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#byFirstOffset = [...aborted].sort((a, b) =>
      a.firstOffset < b.firstOffset ? -1 : a.firstOffset > b.firstOffset ? 1 : 0,
    );
  }

  admits(bytes: Buffer, start: number, batch: { attributes: number; lastOffset: bigint }): boolean {
    if ((batch.attributes & attribute.transactional) === 0) return true;
    for (;;) {
      const next = this.#byFirstOffset[this.#admitted];
      if (next === undefined || next.firstOffset > batch.lastOffset) break;
      this.#active.add(next.producerId);
      this.#admitted += 1;
    }
    if (this.#active.size === 0) return true;
    const producerId = bytes.readBigInt64BE(start + layout.producerId);
    if ((batch.attributes & attribute.control) === 0) return !this.#active.has(producerId);
    if (markerOf(bytes, start) === ABORT_MARKER) this.#active.delete(producerId);
    return false;
  }
}

/** The type in a control record's key (version int16, type int16); `null` if compacted away. */
function markerOf(bytes: Buffer, start: number): number | null {
  if (bytes.readInt32BE(start + layout.recordCount) === 0) return null;
  const end = start + layout.lengthOverhead + bytes.readInt32BE(start + layout.batchLength);
  const cursor = new Cursor(bytes, start + layout.records, end);
  cursor.varint();
  cursor.at += 1;
  cursor.varlong();
  cursor.varint();
  const keyLength = cursor.varint();
  return keyLength < 4 || cursor.at + 4 > end ? null : bytes.readInt16BE(cursor.at + 2);
}

function checkBatch(bytes: Buffer, start: number, end: number, at: TopicPartition): void {
  const where = `${at.topic}-${at.partition} at offset ${bytes.readBigInt64BE(start).toString()}`;
  const magic = bytes[start + layout.magic];
  if (magic !== 2) throw new CorruptRecord(`${where}: message format ${magic ?? '?'}, not 2`);
  if (end - start < layout.records) throw new CorruptRecord(`${where}: a batch without a header`);
  const crc = bytes.readUInt32BE(start + layout.crc);
  if (crc32c(bytes, start + layout.attributes, end) !== crc) {
    throw new CorruptRecord(`${where}: the checksum does not match`);
  }
  if (bytes.readInt32BE(start + layout.lastOffsetDelta) < 0) {
    throw new CorruptRecord(`${where}: a batch that ends before it begins`);
  }
}

function decodeRecords(
  bytes: Buffer,
  batch: { start: number; end: number; baseOffset: bigint; attributes: number },
  at: TopicPartition & { readonly position: bigint },
  into: LogRecord[],
): void {
  const { start, end, baseOffset, attributes } = batch;
  const count = bytes.readInt32BE(start + layout.recordCount);
  const ownTime = (attributes & attribute.logAppendTime) === 0;
  const timeAt = start + (ownTime ? layout.baseTimestamp : layout.maxTimestamp);
  const batchTimeMs = Number(bytes.readBigInt64BE(timeAt));
  const skip = at.position - baseOffset;
  const from = skip > 0n ? Number(skip) : 0;
  const cursor = recordsOf(bytes, { start, end, attributes }, at);
  for (let index = 0; index < count; index += 1) {
    const size = cursor.varint();
    const recordEnd = cursor.at + size;
    if (size <= 0 || recordEnd > cursor.end) throw misshapen(at);
    cursor.at += 1;
    const timeDelta = cursor.varlong();
    const offsetDelta = cursor.varint();
    if (offsetDelta >= from) {
      const timestampMs = ownTime ? batchTimeMs + timeDelta : batchTimeMs;
      const offset = baseOffset + BigInt(offsetDelta);
      into.push(new FetchedRecord(at, { offset, timestampMs }, cursor));
      if (cursor.at !== recordEnd) throw misshapen(at);
    }
    cursor.at = recordEnd;
  }
  if (cursor.at !== cursor.end) throw misshapen(at);
}

/** A checksum vouches for what a producer wrote, not for the producer. */
function misshapen(at: TopicPartition): CorruptRecord {
  return new CorruptRecord(`${at.topic}-${at.partition}: a record's length does not match`);
}

function recordsOf(
  bytes: Buffer,
  batch: { start: number; end: number; attributes: number },
  at: TopicPartition,
): Cursor {
  const codec = batch.attributes & attribute.compressionMask;
  const start = batch.start + layout.records;
  if (codec === 0) return new Cursor(bytes, start, batch.end);
  if (codec === attribute.gzip) {
    const unpacked = gunzip(bytes.subarray(start, batch.end), at);
    return new Cursor(unpacked, 0, unpacked.length);
  }
  const name = ['none', 'gzip', 'snappy', 'lz4', 'zstd'][codec] ?? String(codec);
  throw new Error(
    `${at.topic}-${at.partition} holds a batch compressed with ${name}; only gzip is read here. ` +
      'Set compression.type=gzip or uncompressed on the topic or at its producer.',
  );
}

/**
 * One record of a fetch. Its headers stay where they are until somebody asks: a dozen buffers a
 * record were the largest part of reading.
 */
class FetchedRecord implements LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly #bytes: Buffer;
  readonly #headersAt: number;
  #headers: Headers | null = null;

  constructor(
    at: TopicPartition,
    own: { readonly offset: bigint; readonly timestampMs: number },
    cursor: Cursor,
  ) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.offset = own.offset;
    this.timestampMs = own.timestampMs;
    this.key = cursor.field();
    this.value = cursor.field();
    this.#bytes = cursor.bytes;
    this.#headersAt = cursor.skipHeaders();
  }

  get headers(): Headers {
    return (this.#headers ??= this.#readHeaders());
  }

  eachHeader(visit: HeaderVisitor): void {
    new Cursor(this.#bytes, this.#headersAt, this.#bytes.length).eachHeader(visit);
  }

  #readHeaders(): Headers {
    const headers: Record<string, Buffer> = {};
    this.eachHeader((name, bytes, start, end) => {
      headers[name] = bytes.subarray(start, end);
    });
    return headers;
  }
}

function gunzip(bytes: Buffer, at: TopicPartition): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: unpackedBatchBytesMax });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CorruptRecord(`${at.topic}-${at.partition}: gzip: ${reason}`, { cause: error });
  }
}

/** A position in a buffer; the innermost loop of reading. */
class Cursor {
  at: number;
  readonly bytes: Buffer;
  readonly end: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  varint(): number {
    const bytes = this.bytes;
    let byte = bytes[this.at] ?? 0;
    this.at += 1;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let shift = 7; ; shift += 7) {
      byte = bytes[this.at] ?? 0;
      this.at += 1;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80 || shift > 28) break;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** Times only: within 2⁵³ as a number. */
  varlong(): number {
    const first = this.bytes[this.at] ?? 0;
    if (first < 0x80) {
      this.at += 1;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes[this.at] ?? 0;
      this.at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return Number((value >> 1n) ^ -(value & 1n));
  }

  field(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at = start + length;
    return this.bytes.subarray(start, this.at);
  }

  /** Passes over the headers and says where they begin. */
  skipHeaders(): number {
    const start = this.at;
    const count = this.varint();
    // Two bytes each at least: a wild number would be counted through beyond the end.
    if (count > this.end - start) throw new CorruptRecord(`${count} headers`);
    for (let left = count; left > 0; left -= 1) {
      const nameLength = this.varint();
      if (nameLength < 0) throw new CorruptRecord('A header without a name');
      this.at += nameLength;
      const length = this.varint();
      if (length > 0) this.at += length;
    }
    return start;
  }

  eachHeader(visit: HeaderVisitor): void {
    const bytes = this.bytes;
    let known: KnownName | null = null;
    for (let left = this.varint(); left > 0; left -= 1) {
      const nameLength = this.varint();
      const nameStart = this.at;
      this.at = nameStart + nameLength;
      const length = this.varint();
      const start = this.at;
      if (length < 0) continue;
      this.at = start + length;
      known = headerNames.nameAfter(known, bytes, nameStart, nameStart + nameLength);
      visit(known.name, bytes, start, this.at);
    }
  }
}
