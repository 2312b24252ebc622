import type { Type, types as AvroTypes } from 'avsc';
import { parseSchema } from './avro-schema.ts';
import { avroType } from './avro-types.ts';
import type { UndecodableReason } from './errors.ts';
import { Undecodable } from './errors.ts';
import type { Upcaster } from './upcasters/index.ts';

/** What a writer's schema lacks of the newest one, fields of the record itself by name. */
export interface Written {
  /** Full name of the record. */
  readonly record: string;
  readonly isNewest: boolean;
  /** Fields that the writer did not know: they have their defaults, unless an upcaster fills them. */
  readonly missing: readonly string[];
  /** Those whose upcaster runs. */
  readonly upcast: readonly string[];
}

/** Reads what one writer's schema wrote, in the shape of the newest one. */
export interface Reader {
  /** Full name of the record; `null` when the schema is none of a record. */
  readonly name: string | null;
  readonly shortName: string;
  /** Null when nothing that it wrote can be read. */
  readonly written: Written | null;
  /** @throws Undecodable */
  decode(value: Buffer, from: number): object;
}

/**
 * Never throws: a schema that cannot be used makes a reader that refuses every record of it, so that
 * the fault ends in the dead letters and not in the loop that learns schemas.
 */
export function createReader(
  schemaJson: string,
  newestOf: (name: string) => Type | null,
  upcasters: readonly Upcaster[],
): Reader {
  const writer = parseWriter(schemaJson);
  if (writer === null) {
    return refusing(null, 'SCHEMA_UNUSABLE', 'the schema is not an Avro record of ours');
  }
  const { type, name, fields } = writer;
  const newest = newestOf(name);
  // Left to decode, which knows the topic: a type without a schema of ours is allowed on none.
  if (newest === null) return refusing(name, 'TYPE_NOT_ALLOWED', `${name} is not known here`);
  let resolver: ReturnType<Type['createResolver']> | undefined;
  try {
    resolver = newest.equals(type) ? undefined : newest.createResolver(type);
  } catch (error) {
    return refusing(name, 'SCHEMA_INCOMPATIBLE', `${name} cannot be resolved: ${String(error)}`);
  }
  const fills = upcasters.filter((each) => each.record === name && !fields.has(each.missingField));
  return {
    name,
    shortName: name.slice(name.lastIndexOf('.') + 1),
    written: {
      record: name,
      isNewest: resolver === undefined,
      missing: fieldsOf(newest).filter((field) => !fields.has(field)),
      upcast: fills.map(({ missingField }) => missingField),
    },
    decode(value, from) {
      const data = decodeBody(newest, value, from, resolver);
      return fills.length === 0 ? data : upcast(data, fills);
    },
  };
}

function parseWriter(
  schemaJson: string,
): { type: Type; name: string; fields: ReadonlySet<string> } | null {
  try {
    const schema = parseSchema(schemaJson);
    if (schema.kind !== 'record') return null;
    const fields = new Set(schema.fields.map((field) => field.name));
    return { type: avroType(schemaJson), name: schema.name, fields };
  } catch {
    return null;
  }
}

const fieldsOf = (type: Type): readonly string[] =>
  'fields' in type ? (type as AvroTypes.RecordType).fields.map(({ name }) => name) : [];

function refusing(name: string | null, reason: UndecodableReason, message: string): Reader {
  return {
    name,
    shortName: '',
    written: null,
    decode() {
      throw new Undecodable(reason, message);
    },
  };
}

function decodeBody(
  type: Type,
  value: Buffer,
  from: number,
  resolver: ReturnType<Type['createResolver']> | undefined,
): object {
  let decoded: { value: unknown; offset: number };
  try {
    decoded = type.decode(value, from, resolver);
  } catch (error) {
    throw new Undecodable('MALFORMED', error instanceof Error ? error.message : String(error));
  }
  if (decoded.offset < 0) throw new Undecodable('TRUNCATED', 'the Avro body is cut off');
  if (decoded.offset < value.length) {
    throw new Undecodable('TRAILING_BYTES', 'bytes are left over after the Avro body');
  }
  return decoded.value as object;
}

function upcast(data: object, fills: readonly Upcaster[]): object {
  try {
    return fills.reduce((filled, each) => ({ ...filled, ...each.fill({ ...filled }) }), data);
  } catch (error) {
    throw new Undecodable('UPCASTER_FAILED', error instanceof Error ? error.message : 'failed');
  }
}
