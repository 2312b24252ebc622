import { isUtf8 } from 'node:buffer';
import type { Hash } from 'node:crypto';
import { avroType, frameBytes } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { ArchivedSchema, RecordHead } from './archived-schema.ts';
import { headType, valueIndex } from './archived-schema.ts';

/** A value as an archive keeps it. */
export type ArchivedValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** `body` is Avro's, without the framing. */
  | { readonly kind: 'record'; readonly schema: ArchivedSchema; readonly body: Buffer };

export interface ArchivedRecord extends RecordHead {
  readonly value: ArchivedValue;
}

export function headOf(record: LogRecord): RecordHead {
  const headers: RecordHead['headers'][number][] = [];
  if (record.eachHeader === undefined) {
    for (const [name, value] of Object.entries(record.headers))
      headers.push({ name, value: textOrBytes(value) });
  } else {
    record.eachHeader((name, bytes, start, end) => {
      headers.push({ name, value: textOrBytes(bytes.subarray(start, end)) });
    });
  }
  const { offset, timestampMs: timestamp, key } = record;
  return { offset, timestamp, key: key && textOrBytes(key), headers };
}

const textOrBytes = (bytes: Buffer): string | Buffer =>
  isUtf8(bytes) ? bytes.toString('utf8') : bytes;

/** Id of the schema in a framed value; null for what is not framed. */
export const schemaIdOf = (value: Buffer | null): number | null =>
  value === null || value.length < frameBytes || value[0] !== 0 ? null : value.readUInt32BE(1);

/**
 * A value by its schema where that gives it back byte for byte, so that whoever decodes it sees what
 * was written; anything else as it is.
 */
export function archivedValueOf(
  value: Buffer | null,
  schema: ArchivedSchema | null,
): ArchivedValue {
  if (value === null) return { kind: 'none' };
  if (schema === null) return { kind: 'bytes', bytes: value };
  const body = value.subarray(frameBytes);
  const isWhole = isValueOf(schema, body);
  return isWhole ? { kind: 'record', schema, body } : { kind: 'bytes', bytes: value };
}

function isValueOf({ schema }: ArchivedSchema, body: Buffer): boolean {
  try {
    const type = avroType(schema);
    return type.toBuffer(type.fromBuffer(body)).equals(body);
  } catch {
    return false;
  }
}

/** The parts of a record in a container, one after the other. `index` is its value's in the union. */
export function recordParts(
  { value, ...head }: ArchivedRecord,
  index: (schema: ArchivedSchema) => number,
): readonly Buffer[] {
  const headBytes = headType.toBuffer(head);
  switch (value.kind) {
    case 'none':
      return [headBytes, varint(valueIndex.null)];
    case 'bytes':
      return [headBytes, varint(valueIndex.bytes), varint(value.bytes.length), value.bytes];
    case 'record':
      return [headBytes, varint(valueIndex.firstSchema + index(value.schema)), value.body];
  }
}

/** Where the next record begins, and the one before it. @throws Error for bytes that are none. */
export function readRecord(
  bytes: Buffer,
  from: number,
  schemas: readonly ArchivedSchema[],
): { readonly record: ArchivedRecord; readonly end: number } {
  const head: { readonly value: RecordHead; readonly offset: number } = headType.decode(
    bytes,
    from,
  );
  if (head.offset < 0) throw new Error('a record is cut off');
  const index = readVarint(bytes, head.offset);
  const { value, end } = readValue(bytes, index, schemas);
  if (end > bytes.length) throw new Error('a value is cut off');
  return { record: { ...head.value, value }, end };
}

function readValue(
  bytes: Buffer,
  { value: index, end: at }: { readonly value: number; readonly end: number },
  schemas: readonly ArchivedSchema[],
): { readonly value: ArchivedValue; readonly end: number } {
  if (index === valueIndex.null) return { value: { kind: 'none' }, end: at };
  if (index === valueIndex.bytes) {
    const length = readVarint(bytes, at);
    const end = length.end + length.value;
    return { value: { kind: 'bytes', bytes: bytes.subarray(length.end, end) }, end };
  }
  const schema = schemas[index - valueIndex.firstSchema];
  if (schema === undefined) throw new Error(`no value has the place ${index}`);
  const { offset: end } = avroType(schema.schema).decode(bytes, at);
  if (end < 0) throw new Error('a value is cut off');
  return { value: { kind: 'record', schema, body: bytes.subarray(at, end) }, end };
}

/**
 * Takes a record into a digest of what a topic says, wherever it stands: time, key, headers and the
 * value by its schema's fingerprint; neither its offset nor the id that a registry gave the schema.
 */
export function digestRecord(hash: Hash, record: ArchivedRecord): void {
  const { value, ...head } = record;
  hash.update(headType.toBuffer({ ...head, offset: 0n }));
  switch (value.kind) {
    case 'none':
      hash.update('none');
      return;
    case 'bytes':
      hash.update('bytes').update(varint(value.bytes.length)).update(value.bytes);
      return;
    case 'record':
      hash.update(value.schema.fingerprint).update(varint(value.body.length)).update(value.body);
      return;
  }
}

/** Avro's long, of what is not negative. */
export function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value * 2;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  bytes.push(left);
  return Buffer.from(bytes);
}

export function readVarint(
  bytes: Buffer,
  from: number,
): { readonly value: number; readonly end: number } {
  let [value, scale, at] = [0, 1, from];
  for (; ; at += 1, scale *= 128) {
    const byte = bytes[at];
    if (byte === undefined || at - from > 7) throw new Error('a number is cut off');
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) break;
  }
  if (value % 2 === 1) throw new Error('a number is negative');
  return { value: value / 2, end: at + 1 };
}
