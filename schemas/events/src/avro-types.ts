import avsc from 'avsc';
import type { Type } from 'avsc';
import { compiledTypesMax } from './limits.ts';

/**
 * How Avro stands in memory here: longs that are money, offsets and versions are `bigint`, other
 * longs are numbers, optional fields are not wrapped, records are plain objects, and an array never
 * claims more items than its bytes can hold.
 */

const bigintLogicalTypes = new Set<unknown>(['minor-units', 'sequence']);

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/** An Avro long is at most ten bytes of seven bits. */
const varintBytesMax = 10;
const scratch = Buffer.alloc(varintBytesMax);
const scratchOfLength = Array.from({ length: varintBytesMax + 1 }, (_, n) =>
  scratch.subarray(0, n),
);

/** A zigzag varint of up to 6 bytes (42 bits) is read without BigInt arithmetic: amounts, versions. */
function readVarint(bytes: Uint8Array): bigint {
  if (bytes.length <= 6) {
    let n = 0;
    for (let i = bytes.length - 1; i >= 0; i -= 1) n = n * 128 + ((bytes[i] ?? 0) & 0x7f);
    return BigInt(n % 2 === 0 ? n / 2 : -(n + 1) / 2);
  }
  let n = 0n;
  for (let i = bytes.length - 1; i >= 0; i -= 1) n = (n << 7n) | BigInt((bytes[i] ?? 0) & 0x7f);
  return BigInt.asIntN(64, n & 1n ? ~(n >> 1n) : n >> 1n);
}

/** The bytes are overwritten by the next call: avsc copies them at once. */
function writeVarint(value: bigint): Buffer {
  let length = 0;
  if (value >= -(2n ** 40n) && value < 2n ** 40n) {
    const small = Number(value);
    let n = small < 0 ? -2 * small - 1 : 2 * small;
    for (; n > 0x7f; n = Math.floor(n / 128)) scratch[length++] = (n % 128) | 0x80;
    scratch[length++] = n;
  } else {
    let n = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    for (; n > 0x7fn; n >>= 7n) scratch[length++] = Number(n & 0x7fn) | 0x80;
    scratch[length++] = Number(n);
  }
  return scratchOfLength[length] ?? scratch;
}

const bigintType = avsc.types.LongType.__with(
  {
    fromBuffer: readVarint,
    toBuffer: writeVarint,
    fromJSON: (json: number | string) => BigInt(json),
    // Only defaults pass here, and a JSON number is what Avro wants for them.
    toJSON: (value: bigint) => Number(value),
    isValid: (value: unknown) =>
      typeof value === 'bigint' && value >= int64Min && value <= int64Max,
    compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
  },
  true,
);

/** The part of avsc's reader that its array type uses; not in its published types. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
}
interface Reads {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}

/**
 * avsc believes the item count of an array: a record of twenty bytes that claims 2^31 items would
 * hold a task for minutes. Every item type of ours takes at least a byte, so that each item has to
 * move on within the bytes that are there.
 */
class BoundedArrayType extends avsc.types.ArrayType {
  _read(tap: Tap): unknown[] {
    // Also runs as the method of a resolver, which has its own `itemsType`.
    const items = this.itemsType as unknown as Reads;
    const values: unknown[] = [];
    eachItem(tap, () => values.push(items._read(tap)));
    return values;
  }
  _skip(tap: Tap): void {
    const items = this.itemsType as unknown as Reads;
    eachItem(tap, () => {
      items._skip(tap);
    });
  }
}

function eachItem(tap: Tap, take: () => void): void {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    if (count < 0) {
      count = -count;
      tap.readLong(); // The block's size in bytes, which only a skipping reader could trust.
    }
    for (; count > 0; count -= 1) {
      const before = tap.pos;
      take();
      if (tap.pos <= before || tap.pos > tap.buf.length) throw new Error('truncated array');
    }
  }
}

/** Compiling takes milliseconds, a type never changes, and a simulation opens thousands of codecs. */
const compiled = new Map<string, Type>();

/** @throws Error for a text that is no Avro schema. */
export function avroType(schemaJson: string): Type {
  const known = compiled.get(schemaJson);
  if (known !== undefined) return known;
  const type = compile(schemaJson);
  if (compiled.size >= compiledTypesMax) compiled.clear();
  compiled.set(schemaJson, type);
  return type;
}

function compile(schemaJson: string): Type {
  const type = avsc.Type.forSchema(JSON.parse(schemaJson) as never, {
    wrapUnions: 'never',
    omitRecordMethods: true,
    typeHook: (schema, options) => {
      if (typeof schema !== 'object' || Array.isArray(schema) || !('type' in schema)) return;
      if (schema.type === 'array') return new BoundedArrayType(schema, options);
      if (schema.type === 'long' && 'logicalType' in schema) {
        return bigintLogicalTypes.has(schema.logicalType) ? bigintType : undefined;
      }
      return undefined;
    },
  });
  makeRecordsPlain(type, new Set());
  return type;
}

/** Decoded records get the prototype of an object literal, so that they compare and print as data. */
function makeRecordsPlain(type: Type, seen: Set<Type>): void {
  if (seen.has(type)) return;
  seen.add(type);
  if (type instanceof avsc.types.RecordType) {
    const create = type.recordConstructor as { prototype: object };
    create.prototype = Object.prototype;
    for (const field of type.fields) makeRecordsPlain(field.type, seen);
  } else if (type instanceof avsc.types.ArrayType) {
    makeRecordsPlain(type.itemsType, seen);
  } else if (
    type instanceof avsc.types.UnwrappedUnionType ||
    type instanceof avsc.types.WrappedUnionType
  ) {
    for (const branch of type.types) makeRecordsPlain(branch, seen);
  } else if (type instanceof avsc.types.MapType) {
    makeRecordsPlain(type.valuesType as Type, seen);
  }
}
