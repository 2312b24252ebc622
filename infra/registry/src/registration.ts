import { SchemaRefused, SchemasUnavailable } from '@plumbline/events';
import registryClient from '@kafkajs/confluent-schema-registry';
import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry';

/**
 * Registers through the client library, once. The library reports a network error as status 400 and
 * an incompatible schema as 409; a 409 that says nothing of compatibility is two clients that came
 * at once.
 *
 * Apicurio says NONE for a subject without a level of its own, to which the global one applies, and
 * so the library is told to expect that, or our own level, and never to set one: it would do so
 * after the first registration, and a client that comes between the two would be refused.
 *
 * @throws SchemaRefused, SchemasUnavailable
 */
export async function register(
  registry: SchemaRegistry,
  subject: string,
  schemaJson: string,
): Promise<number> {
  const { COMPATIBILITY } = registryClient;
  const expected = [COMPATIBILITY.NONE, COMPATIBILITY.FULL_TRANSITIVE];
  for (const [index, compatibility] of expected.entries()) {
    try {
      const options = { subject, compatibility, updateConfig: false };
      const schema = { type: registryClient.SchemaType.AVRO as const, schema: schemaJson };
      return (await registry.register(schema, options)).id;
    } catch (error) {
      const otherLevel =
        error instanceof Error && error.name === 'ConfluentSchemaRegistryCompatibilityError';
      if (!otherLevel) throw failureOf(subject, error);
      if (index === expected.length - 1) {
        throw new SchemaRefused(subject, `it has a level of its own. ${error.message}`);
      }
    }
  }
  throw new SchemaRefused(subject, 'no level was expected');
}

function failureOf(subject: string, error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof Error && 'status' in error ? error.status : null;
  // Without a status the library did not get as far as a request: it cannot read the schema.
  if (status === null) return new SchemaRefused(subject, message);
  const reason = message.replace(/^[\w-]+ - /, '');
  if (status === 422 || (status === 409 && /incompatible/i.test(reason))) {
    return new SchemaRefused(subject, reason);
  }
  return new SchemasUnavailable(`${subject} was not registered: ${reason}`, { cause: error });
}
