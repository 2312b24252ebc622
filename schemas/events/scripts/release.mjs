/**
 * Freezes every schema that differs from its newest golden version as the next one: its text, and
 * bytes that it wrote with what they mean. Released files are never changed or removed.
 *
 * The bytes are written by avsc with a long of its own here, so that they test the codec and do not
 * repeat it.
 */
import { Buffer } from 'node:buffer';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import avsc from 'avsc';
import { currentSchemas, packageFolder } from './schemas.mjs';

const golden = `${packageFolder}golden/`;
const bigintLogicalTypes = new Set(['minor-units', 'sequence']);

const bigintType = avsc.types.LongType.__with({
  fromBuffer: (bytes) => bytes.readBigInt64LE(),
  toBuffer: (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value) => typeof value === 'bigint',
  compare: (a, b) => (a === b ? 0 : a < b ? -1 : 1),
});

const typeOf = (schema) =>
  avsc.Type.forSchema(schema, {
    wrapUnions: 'never',
    typeHook: (part) => (bigintLogicalTypes.has(part.logicalType) ? bigintType : undefined),
  });

function released() {
  const versions = new Map();
  for (const file of readdirSync(golden)) {
    const { record, version, schema } = JSON.parse(readFileSync(golden + file, 'utf8'));
    const known = versions.get(record) ?? [];
    known[version - 1] = schema;
    versions.set(record, known);
  }
  return versions;
}

/** Names of the fields that must stand encrypted. */
function piiNames(schema, names = new Set()) {
  if (Array.isArray(schema)) for (const each of schema) piiNames(each, names);
  if (typeof schema !== 'object') return names;
  for (const field of schema.fields ?? []) {
    if (field.pii) names.add(field.name);
    piiNames(field.type, names);
  }
  if (schema.items) piiNames(schema.items, names);
  return names;
}

const encrypted = 'enc:v1:key:c2FtcGxl';

/** `full` has a value everywhere and long ones; `bare` has null, nothing and zero where it may. */
function sample(type, { full, name, pii }) {
  if (type instanceof avsc.types.RecordType) {
    const entries = type.fields.map((field) => [
      field.name,
      sample(field.type, { full, name: field.name, pii }),
    ]);
    return Object.fromEntries(entries);
  }
  if (type instanceof avsc.types.UnwrappedUnionType) {
    return full ? sample(type.types[1], { full, name, pii }) : null;
  }
  if (type instanceof avsc.types.ArrayType) {
    const item = (way) => sample(type.itemsType, { full: way, name, pii });
    return full ? [item(true), item(false), item(true)] : [];
  }
  if (type instanceof avsc.types.EnumType) return full ? type.symbols.at(-2) : type.symbols[0];
  switch (type.typeName) {
    case 'abstract:long':
      return full ? 9_223_372_036_854_775_807n : 0n;
    case 'long':
      return full ? 1_735_689_600_123 : 0;
    case 'int':
      return full ? 2_147_483_647 : 0;
    case 'boolean':
      return full;
    case 'bytes':
      return full ? Buffer.from([0, 1, 127, 128, 255]) : Buffer.alloc(0);
    case 'string':
      if (pii.has(name)) return encrypted;
      return full ? `${name} «ünï 订单 🧾»` : '';
    default:
      throw new Error(`no sample for ${type.typeName}`);
  }
}

/** As in a changelog: a bigint is `{"$n"}`; bytes are `{"$b"}`, base64. */
function plain(value) {
  if (typeof value === 'bigint') return { $n: value.toString() };
  if (Buffer.isBuffer(value)) return { $b: value.toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

function checkCompatible(record, schema, versions) {
  const current = typeOf(JSON.parse(schema));
  for (const [index, text] of versions.entries()) {
    const old = typeOf(JSON.parse(text));
    try {
      current.createResolver(old);
      old.createResolver(current);
    } catch (error) {
      throw new Error(`${record} is not compatible with its version ${index + 1}`, {
        cause: error,
      });
    }
  }
}

mkdirSync(golden, { recursive: true });
const versions = released();
for (const [record, schema] of currentSchemas()) {
  const known = versions.get(record) ?? [];
  if (known.at(-1) === schema) continue;
  checkCompatible(record, schema, known);
  const version = known.length + 1;
  const type = typeOf(JSON.parse(schema));
  const samples = [true, false].map((full) => {
    const value = sample(type, { full, name: record, pii: piiNames(JSON.parse(schema)) });
    return { body: type.toBuffer(value).toString('base64'), value: plain(value) };
  });
  const text = JSON.stringify({ record, version, schema, samples }, null, 2);
  writeFileSync(`${golden}${record}.v${version}.json`, `${text}\n`);
  console.log(`${record} is released as version ${version}`);
}
