/** A schema as JSON, in which every named type and every reference to one has its full name. */
export interface NamedSchema {
  readonly schema: unknown;
  /** Full name to its definition as JSON text. */
  readonly types: ReadonlyMap<string, string>;
}

const primitives: ReadonlySet<string> = new Set([
  ...['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'],
]);
const named: ReadonlySet<unknown> = new Set(['record', 'enum', 'fixed']);

type Attributes = Readonly<Record<string, unknown>>;

/**
 * Spells names out. `rename` may put a type elsewhere; by the specification readers go by a record's
 * name without its namespace.
 */
export function spellOut(
  schemaJson: string,
  rename: (fullName: string) => string = (name) => name,
): NamedSchema {
  const types = new Map<string, string>();

  function walk(raw: unknown, namespace: string): unknown {
    if (typeof raw === 'string') return primitives.has(raw) ? raw : rename(full(raw, namespace));
    if (Array.isArray(raw)) return raw.map((branch) => walk(branch, namespace));
    const attributes = raw as Attributes;
    const { type } = attributes;
    if (named.has(type)) return walkNamed(attributes, namespace);
    if (type === 'array') return { ...attributes, items: walk(attributes['items'], namespace) };
    if (type === 'map') return { ...attributes, values: walk(attributes['values'], namespace) };
    return { ...attributes, type: walk(type, namespace) };
  }

  function walkNamed(
    { namespace, aliases: _, ...attributes }: Attributes,
    outer: string,
  ): Attributes {
    const own = typeof namespace === 'string' ? namespace : outer;
    const fullName = full(String(attributes['name']), own);
    const inner = fullName.slice(0, Math.max(0, fullName.lastIndexOf('.')));
    const { fields } = attributes;
    const definition = {
      ...attributes,
      name: rename(fullName),
      ...(Array.isArray(fields)
        ? { fields: fields.map((field: Attributes) => fieldOf(field, inner)) }
        : {}),
    };
    types.set(rename(fullName), JSON.stringify(definition));
    return definition;
  }

  const fieldOf = (field: Attributes, namespace: string): Attributes => ({
    ...field,
    type: walk(field['type'], namespace),
  });

  return { schema: walk(JSON.parse(schemaJson), ''), types };
}

const full = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;

/** The same schema with some of its types only named, as where they are defined before it. */
export function onlyNaming(schema: unknown, defined: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(schema)) return schema.map((branch) => onlyNaming(branch, defined));
  if (typeof schema !== 'object' || schema === null) return schema;
  const attributes = schema as Attributes;
  const { name, type } = attributes;
  if (named.has(type) && typeof name === 'string' && defined.has(name)) return name;
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      key,
      inner.has(key) ? onlyNaming(value, defined) : value,
    ]),
  );
}

/** Where further types may stand. */
const inner: ReadonlySet<string> = new Set(['type', 'items', 'values', 'fields']);
