import { catalogue } from '@plumbline/events';

type Avro = string | readonly Avro[] | AvroObject;

interface AvroObject {
  readonly type: Avro;
  readonly name?: string;
  readonly namespace?: string;
  readonly logicalType?: string;
  readonly items?: Avro;
  readonly fields?: readonly { readonly name: string; readonly type: Avro }[];
}

const bigintTypes = new Set(['minor-units', 'sequence']);

/**
 * JSON of a record as the stream tells it, back in the shape in which Avro gives it: amounts and
 * sequence numbers stand in it as text of digits and are `bigint` here. Fields that this version does
 * not know are left out, and those that the writer did not know are `null`.
 */
export function revive(recordName: string, json: unknown): unknown {
  const text = catalogue.schemas[recordName];
  if (text === undefined) throw new Error(`${recordName} is no record of this version`);
  return revived(JSON.parse(text) as Avro, json, new Map());
}

function revived(type: Avro, json: unknown, named: Map<string, AvroObject>): unknown {
  if (json === null || json === undefined) return null;
  if (typeof type === 'string') {
    const known = named.get(type);
    return known === undefined ? json : revived(known, json, named);
  }
  if (!('type' in type)) {
    // Ours are null or one other thing.
    const other = type.find((each) => each !== 'null');
    return other === undefined ? null : revived(other, json, named);
  }
  if (type.name !== undefined) {
    named.set(type.name, type);
    named.set(`${type.namespace ?? 'plumbline.alerts'}.${type.name}`, type);
  }
  if (type.fields !== undefined) {
    const of = json as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      type.fields.map(({ name, type: inner }) => [name, revived(inner, of[name], named)]),
    );
  }
  const { items } = type;
  if (items !== undefined) return (json as unknown[]).map((each) => revived(items, each, named));
  return bigintTypes.has(type.logicalType ?? '') ? BigInt(json as string) : json;
}
