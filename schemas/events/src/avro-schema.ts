/** The part of Avro's schema language that this system uses, read from its JSON. */
export type AvroSchema =
  | { readonly kind: 'primitive'; readonly type: string; readonly logicalType: string | null }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'enum'; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroSchema }
  | { readonly kind: 'union'; readonly branches: readonly AvroSchema[] }
  | { readonly kind: 'record'; readonly name: string; readonly fields: readonly AvroField[] };

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly hasDefault: boolean;
  /** Holds personal data, and therefore only in its encrypted form. */
  readonly pii: boolean;
}

const primitives = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

/** @throws Error for a text that is no Avro schema or uses a part of Avro that we do not. */
export const parseSchema = (json: string): AvroSchema => parse(JSON.parse(json), null);

type Attributes = Readonly<Record<string, unknown>>;

function parse(raw: unknown, namespace: string | null): AvroSchema {
  if (typeof raw === 'string') {
    if (primitives.has(raw)) return { kind: 'primitive', type: raw, logicalType: null };
    return { kind: 'named', name: qualify(raw, namespace) };
  }
  if (Array.isArray(raw)) {
    return { kind: 'union', branches: raw.map((branch) => parse(branch, namespace)) };
  }
  if (!isAttributes(raw)) throw new Error('an Avro schema is a string, a list or an object');
  const type = raw['type'];
  if (type === 'array') return { kind: 'array', items: parse(raw['items'], namespace) };
  if (type === 'record' || type === 'enum') return parseNamed(raw, type, namespace);
  if (typeof type === 'string' && primitives.has(type)) {
    const logicalType = raw['logicalType'];
    return {
      kind: 'primitive',
      type,
      logicalType: typeof logicalType === 'string' ? logicalType : null,
    };
  }
  throw new Error(`the Avro type ${JSON.stringify(type)} is not used here`);
}

function parseNamed(raw: Attributes, type: 'record' | 'enum', outer: string | null): AvroSchema {
  const own = raw['namespace'];
  const short = raw['name'];
  if (typeof short !== 'string') throw new Error(`an Avro ${type} has a name`);
  const name = qualify(short, typeof own === 'string' ? own : outer);
  const namespace = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : null;
  if (type === 'enum') {
    const symbols = raw['symbols'];
    if (!Array.isArray(symbols)) throw new Error(`the Avro enum ${name} has no symbols`);
    return { kind: 'enum', name, symbols: symbols.map(String) };
  }
  const fields: unknown = raw['fields'];
  if (!Array.isArray(fields)) throw new Error(`the Avro record ${name} has no fields`);
  return { kind: 'record', name, fields: fields.map((field) => parseField(field, namespace)) };
}

function parseField(raw: unknown, namespace: string | null): AvroField {
  if (!isAttributes(raw)) throw new Error('an Avro field is an object');
  const name = raw['name'];
  if (typeof name !== 'string') throw new Error('an Avro field has a name');
  return {
    name,
    type: parse(raw['type'], namespace),
    hasDefault: raw['default'] !== undefined,
    pii: raw['pii'] === true,
  };
}

const isAttributes = (raw: unknown): raw is Attributes =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

const qualify = (name: string, namespace: string | null): string =>
  name.includes('.') || namespace === null ? name : `${namespace}.${name}`;
