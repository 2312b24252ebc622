import type { OutgoingRecord } from '../log.ts';
import type { ByteWriter } from './bytes.ts';
import { crc32c } from './crc32c.ts';
import { attribute, layout } from './record-batch.ts';

/** Who writes a batch; a non-idempotent writer has none. */
export interface BatchProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** Records and where to take them from, without copying the list. */
export interface BatchSlice {
  readonly records: readonly OutgoingRecord[];
  readonly from: number;
  readonly to: number;
  readonly producer: BatchProducer | null;
}

const MAGIC = 2;

/** Writes one uncompressed batch. The broker puts its own time in place of ours (LogAppendTime). */
export function writeBatch(writer: ByteWriter, slice: BatchSlice, nowMs: number): void {
  const start = writer.length;
  const count = slice.to - slice.from;
  const { producer } = slice;
  writer
    .int64(0n)
    .int32(0)
    .int32(-1)
    .int8(MAGIC)
    .int32(0)
    .int16(producer === null ? 0 : attribute.transactional)
    .int32(count - 1)
    .int64(BigInt(nowMs))
    .int64(BigInt(nowMs))
    .int64(producer?.producerId ?? -1n)
    .int16(producer?.producerEpoch ?? -1)
    .int32(producer?.baseSequence ?? -1)
    .int32(count);
  for (let delta = 0; delta < count; delta += 1) {
    const record = slice.records[slice.from + delta];
    if (record !== undefined) writeRecord(writer, record, delta);
  }
  writer.patchInt32(start + layout.batchLength, writer.length - start - layout.lengthOverhead);
  const crc = crc32c(writer.bytes(), start + layout.attributes);
  writer.patchInt32(start + layout.crc, crc);
}

function writeRecord(writer: ByteWriter, record: OutgoingRecord, offsetDelta: number): void {
  const { key, value } = record;
  const names = Object.keys(record.headers);
  let size = 1 + 1 + varintSize(offsetDelta) + fieldSize(key) + fieldSize(value);
  size += varintSize(names.length);
  for (const name of names) {
    const header = record.headers[name] ?? '';
    const nameBytes = Buffer.byteLength(name);
    const headerBytes = Buffer.byteLength(header);
    size += varintSize(nameBytes) + nameBytes + varintSize(headerBytes) + headerBytes;
  }
  writer.varint(size).int8(0).varint(0).varint(offsetDelta);
  writeField(writer, key);
  writeField(writer, value);
  writer.varint(names.length);
  for (const name of names) {
    writer.varintText(name);
    const header = record.headers[name] ?? '';
    if (typeof header === 'string') writer.varintText(header);
    else writeField(writer, header);
  }
}

function writeField(writer: ByteWriter, bytes: Buffer | null): void {
  if (bytes === null) writer.varint(-1);
  else writer.varint(bytes.length).raw(bytes);
}

function fieldSize(bytes: Buffer | null): number {
  return bytes === null ? 1 : varintSize(bytes.length) + bytes.length;
}

function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 1 << 7) return 1;
  if (zigzag < 1 << 14) return 2;
  if (zigzag < 1 << 21) return 3;
  return zigzag < 1 << 28 ? 4 : 5;
}

/** What a record weighs at most on the wire, to cut chunks by. */
export function recordBytes(record: OutgoingRecord): number {
  let bytes = 21 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const name of Object.keys(record.headers)) {
    bytes += 10 + name.length + (record.headers[name]?.length ?? 0);
  }
  return bytes;
}
