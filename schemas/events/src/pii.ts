import { isEncryptedText } from '@plumbline/kernel';
import type { AvroSchema } from './avro-schema.ts';
import { parseSchema } from './avro-schema.ts';
import { Unencodable } from './errors.ts';

type Check = (value: unknown, path: string) => void;

/**
 * Compiles the schema's `"pii": true` fields into one check; `null` when it has none, so that other
 * records pay nothing. The check throws {@link Unencodable} and never shows the value.
 */
export function piiCheckOf(schemaJson: string): ((data: object) => void) | null {
  const check = compile(parseSchema(schemaJson), new Map());
  return check === null ? null : (data) => check(data, '');
}

/** `seen` holds the named types, for the places that only name them. */
function compile(schema: AvroSchema, seen: Map<string, Check | null>): Check | null {
  switch (schema.kind) {
    case 'record': {
      const fields: { name: string; check: Check }[] = [];
      for (const field of schema.fields) {
        const check = field.pii ? mustBeEncrypted : compile(field.type, seen);
        if (check !== null) fields.push({ name: field.name, check });
      }
      const whole: Check | null =
        fields.length === 0
          ? null
          : (value, path) => {
              const data = value as Readonly<Record<string, unknown>>;
              for (const { name, check } of fields) check(data[name], join(path, name));
            };
      seen.set(schema.name, whole);
      return whole;
    }
    case 'array': {
      const item = compile(schema.items, seen);
      if (item === null) return null;
      return (value, path) => {
        for (const [index, each] of (value as unknown[]).entries()) item(each, join(path, index));
      };
    }
    case 'union': {
      const checks = schema.branches.map((branch) => compile(branch, seen));
      const check = checks.find((each) => each !== null) ?? null;
      if (check === null) return null;
      return (value, path) => {
        // A field that is left out is written as null.
        if (value !== null && value !== undefined) check(value, path);
      };
    }
    case 'named':
      return seen.get(schema.name) ?? null;
    case 'enum':
    case 'primitive':
      return null;
  }
}

const join = (path: string, name: string | number): string =>
  path === '' ? String(name) : `${path}.${name}`;

const mustBeEncrypted: Check = (value, path) => {
  if (value === null || value === undefined) return;
  if (typeof value === 'string' && isEncryptedText(value)) return;
  throw new Unencodable('PII_NOT_ENCRYPTED', `${path} holds personal data in the clear`, path);
};
