import { avroType } from '@plumbline/events';
import { onlyNaming, spellOut } from './avro-names.ts';

/** A schema under which values of an archive were written. */
export interface ArchivedSchema {
  /** In the registry that the archive was made with. */
  readonly id: number;
  /** Full name of the record. */
  readonly name: string;
  /** SHA-256 of Avro's parsing canonical form, 64 hex: the same wherever it is registered. */
  readonly fingerprint: string;
  /** As the registry gave it. */
  readonly schema: string;
}

/** Null for what is no schema of a record: values under it are kept as bytes. */
export function archivedSchemaOf(id: number, schema: string): ArchivedSchema | null {
  try {
    const type = avroType(schema);
    if (type.typeName !== 'record' || type.name === undefined) return null;
    const fingerprint = type.fingerprint('sha256').toString('hex');
    return { id, name: type.name, fingerprint, schema };
  } catch {
    return null;
  }
}

const valueDoc =
  'null: the record has no value. bytes: the value as it is, because it is no framed Avro, or not what its schema says. Else the value, by the schema that it was written with.';

/** What comes before a record's value. */
const headFields = [
  {
    name: 'offset',
    type: { type: 'long', logicalType: 'sequence' },
    doc: 'Offset that the record had in its partition.',
  },
  {
    name: 'timestamp',
    type: { type: 'long', logicalType: 'timestamp-millis' },
    doc: 'Its time in the log.',
  },
  { name: 'key', type: ['null', 'string', 'bytes'], doc: 'As text where it is UTF-8.' },
  {
    name: 'headers',
    doc: 'In their order.',
    type: {
      type: 'array',
      items: {
        type: 'record',
        name: 'plumbline.archive.Header',
        fields: [
          { name: 'name', type: 'string' },
          { name: 'value', type: ['string', 'bytes'], doc: 'As text where it is UTF-8.' },
        ],
      },
    },
  },
];

const recordOf = (fields: readonly unknown[]) => ({
  ...{ type: 'record', name: 'plumbline.archive.ArchivedRecord' },
  ...{ doc: 'A record of a topic as it stood in the log.', fields },
});

export interface RecordHead {
  readonly offset: bigint;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly key: string | Buffer | null;
  readonly headers: readonly { readonly name: string; readonly value: string | Buffer }[];
}

/** The head of a record; its value follows as the index in the union, and then the body. */
export const headType = avroType(JSON.stringify(recordOf(headFields)));

/** In the union: null, bytes, and then the schemas. */
export const valueIndex = { null: 0, bytes: 1, firstSchema: 2 } as const;

/**
 * The schema of a container whose values have these schemas, in their order. One that would define a
 * type anew, as two versions of a record do, stands in a namespace of its own, `schema17.…`.
 */
export function containerSchemaOf(schemas: readonly ArchivedSchema[]): string {
  const defined = new Map<string, string>();
  const branches = schemas.map(({ id, schema }) => {
    const plain = spellOut(schema);
    const clashes = [...plain.types].some(([name, text]) => (defined.get(name) ?? text) !== text);
    const isThere = plain.types.size > 0 && defined.has(nameOf(plain.schema));
    const spelt = clashes || isThere ? spellOut(schema, (name) => `schema${id}.${name}`) : plain;
    const branch = onlyNaming(spelt.schema, defined);
    for (const [name, text] of spelt.types) defined.set(name, text);
    return branch;
  });
  const value = { name: 'value', doc: valueDoc, type: ['null', 'bytes', ...branches] };
  return JSON.stringify(recordOf([...headFields, value]));
}

const nameOf = (schema: unknown): string => {
  const { name } = schema as { readonly name?: unknown };
  return typeof name === 'string' ? name : '';
};
