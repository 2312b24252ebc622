import { compatibilityProblems } from './compatibility.ts';
import { SchemaRefused, UnknownSchemaId } from './errors.ts';

/** The port to the schema registry. One contract suite holds for every implementation. */
export interface SchemaIds {
  /**
   * Registers the schema under the subject if need be. The same schema has the same id under every
   * subject. @throws SchemaRefused (incompatible; final), SchemasUnavailable (try again)
   */
  idOf(subject: string, schemaJson: string): Promise<number>;
  /** @throws UnknownSchemaId (final), SchemasUnavailable (try again) */
  schemaOf(id: number): Promise<string>;
}

/** Ids for tests and the simulator: as compatible as the real registry at FULL_TRANSITIVE. */
export function createMemorySchemaIds(): SchemaIds {
  const schemas: string[] = [];
  const subjects = new Map<string, string[]>();

  function register(subject: string, schemaJson: string): number {
    const versions = subjects.get(subject) ?? [];
    if (!versions.includes(schemaJson)) {
      for (const released of versions) {
        const [problem] = compatibilityProblems(released, schemaJson);
        if (problem !== undefined) throw new SchemaRefused(subject, problem);
      }
      subjects.set(subject, [...versions, schemaJson]);
    }
    if (!schemas.includes(schemaJson)) schemas.push(schemaJson);
    return schemas.indexOf(schemaJson) + 1;
  }

  return {
    idOf: (subject, schemaJson) =>
      new Promise((resolve) => {
        resolve(register(subject, schemaJson));
      }),
    schemaOf: (id) => {
      const schemaJson = schemas[id - 1];
      if (schemaJson === undefined) return Promise.reject(new UnknownSchemaId(id));
      return Promise.resolve(schemaJson);
    },
  };
}
