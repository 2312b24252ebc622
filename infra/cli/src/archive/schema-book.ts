import type { SchemaIds } from '@plumbline/events';
import { subjectOf, UnknownSchemaId } from '@plumbline/events';
import type { ArchivedSchema } from './archived-schema.ts';
import { archivedSchemaOf } from './archived-schema.ts';
import type { ArchivedValue } from './record-bytes.ts';
import { archivedValueOf, schemaIdOf } from './record-bytes.ts';

/** The schemas that were met, each asked for once. */
export interface SchemaBook {
  /** @throws SchemasUnavailable */
  valueOf(topic: string, value: Buffer | null): Promise<ArchivedValue> | ArchivedValue;
  /** Those that values were kept by, with the subjects under which they stand. */
  used(): readonly { readonly schema: ArchivedSchema; readonly subjects: readonly string[] }[];
}

/** A schema that the registry does not know leaves values as they are: they may be anybody's. */
export function createSchemaBook(schemaIds: SchemaIds): SchemaBook {
  const schemas = new Map<number, ArchivedSchema | null>();
  const used = new Map<ArchivedSchema, Set<string>>();

  function kept(topic: string, value: Buffer | null, schema: ArchivedSchema | null): ArchivedValue {
    const archived = archivedValueOf(value, schema);
    if (archived.kind === 'record') {
      const subjects = used.get(archived.schema) ?? new Set();
      used.set(archived.schema, subjects.add(subjectOf(topic, archived.schema.name)));
    }
    return archived;
  }

  async function learn(id: number): Promise<ArchivedSchema | null> {
    const schema = await schemaIds.schemaOf(id).then(
      (text) => archivedSchemaOf(id, text),
      (error: unknown) => {
        if (error instanceof UnknownSchemaId) return null;
        throw error;
      },
    );
    schemas.set(id, schema);
    return schema;
  }

  return {
    valueOf(topic, value) {
      const id = schemaIdOf(value);
      const known = id === null ? null : schemas.get(id);
      if (known !== undefined) return kept(topic, value, known);
      return learn(id ?? 0).then((schema) => kept(topic, value, schema));
    },
    used: () => [...used].map(([schema, subjects]) => ({ schema, subjects: [...subjects] })),
  };
}
