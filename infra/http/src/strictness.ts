import { z } from 'zod';

/** How our schemas become JSON Schema: what JSON cannot express is left open, `.meta` closes it. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const document: Record<string, unknown> = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  delete document['$schema'];
  return document;
}

/**
 * Throws if an object within the schema would let unknown fields pass: a misspelt optional field
 * must be an error, not a silent default.
 */
export function refuseOpenObjects(where: string, schema: z.ZodType): void {
  visit(where, jsonSchemaOf(schema, 'input'));
}

function visit(where: string, node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  // Without a type it is no object of its own: a branch that narrows the one around it.
  const isObject = 'properties' in node && 'type' in node;
  if (isObject && !('additionalProperties' in node))
    throw new Error(`${where}: use z.strictObject, or z.looseObject if any field will do`);
  for (const [key, child] of Object.entries(node)) visit(`${where}.${key}`, child);
}
