import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const packageFolder = fileURLToPath(new URL('..', import.meta.url));

const kinds = new Set(['event', 'command', 'inbox', 'record']);

/**
 * Reads `avro/<context>/<Type>.avsc`. A file names other files' types by their full names; `kind`
 * says where a record belongs and is no part of the Avro schema. Types without it are shared parts.
 */
export function loadDefinitions() {
  const definitions = [];
  const avro = `${packageFolder}avro`;
  for (const context of readdirSync(avro).sort()) {
    for (const file of readdirSync(`${avro}/${context}`).sort()) {
      const { kind = null, ...schema } = JSON.parse(
        readFileSync(`${avro}/${context}/${file}`, 'utf8'),
      );
      const at = `avro/${context}/${file}`;
      if (`${schema.name}.avsc` !== file) throw new Error(`${at} defines ${schema.name}`);
      if (schema.namespace !== `plumbline.${context}`) {
        throw new Error(`${at} is not in the namespace plumbline.${context}`);
      }
      if (kind !== null && !kinds.has(kind)) throw new Error(`${at} has the unknown kind ${kind}`);
      checkDocs(at, schema);
      definitions.push({ context, kind, schema, fullName: `${schema.namespace}.${schema.name}` });
    }
  }
  return definitions;
}

function checkDocs(at, schema) {
  if (!schema.doc) throw new Error(`${at} has no doc`);
  if (schema.type === 'enum' && !schema.symbols.includes(schema.default)) {
    throw new Error(`${at} has no default symbol, so it could never grow`);
  }
  for (const field of schema.fields ?? []) {
    if (!field.doc) throw new Error(`${at}: ${field.name} has no doc`);
    const nullable = Array.isArray(field.type);
    if (nullable && (field.type[0] !== 'null' || field.default !== null)) {
      throw new Error(`${at}: ${field.name} is optional, so null comes first and is the default`);
    }
  }
}

/** The schema on its own: every type that it names stands inside it where it is first used. */
export function selfContained(definition, definitions) {
  const byName = new Map(definitions.map((each) => [each.fullName, each]));
  const seen = new Set();
  const inline = (type) => {
    if (Array.isArray(type)) return type.map(inline);
    if (typeof type === 'object') {
      return type.type === 'array' ? { ...type, items: inline(type.items) } : type;
    }
    if (!type.includes('.')) return type;
    const named = byName.get(type);
    if (!named) throw new Error(`${definition.fullName} names ${type}, which no file defines`);
    return seen.has(type) ? type : whole(named);
  };
  const whole = ({ schema, fullName }) => {
    seen.add(fullName);
    if (schema.type !== 'record') return schema;
    const fields = schema.fields.map((field) => ({ ...field, type: inline(field.type) }));
    return { ...schema, fields };
  };
  return whole(definition);
}

/** Text of every record that stands in a topic, by full name. What is registered and released. */
export function currentSchemas() {
  const definitions = loadDefinitions();
  return new Map(
    definitions
      .filter(({ kind }) => kind !== null)
      .map((each) => [each.fullName, JSON.stringify(selfContained(each, definitions))]),
  );
}
