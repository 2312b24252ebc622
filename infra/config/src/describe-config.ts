import { z } from 'zod';

/** One row of the generated configuration page. */
export interface ConfigRow {
  readonly name: string;
  /** As one would write it in the environment; `null` when there is none. */
  readonly default: string | null;
  /** Without it and without a default the process does not start. */
  readonly required: boolean;
  readonly description: string;
  readonly secret: boolean;
}

/** The rows of a schema, in its own order. A variable without a description is refused. */
export function describeConfig(schema: z.ZodObject): readonly ConfigRow[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const row = describeVariable(name, field as z.core.$ZodType);
    if (row.description === '') throw new Error(`${name} has no .describe()`);
    return row;
  });
}

export function describeVariable(name: string, field: z.core.$ZodType): ConfigRow {
  let description = '';
  let secret = false;
  let fallback: string | null = null;
  let optional = false;
  for (const layer of layersOf(field)) {
    const meta = z.globalRegistry.get(layer);
    description ||= meta?.description ?? '';
    secret ||= meta?.['secret'] === true;
    const { def } = layer._zod;
    if (isDefault(def)) fallback ??= textOf(def.defaultValue);
    optional ||= def.type === 'optional' || def.type === 'nullable';
  }
  return { name, default: fallback, required: fallback === null && !optional, description, secret };
}

/** A schema and what it wraps, outermost first: default, optional, pipes by their input. */
function* layersOf(field: z.core.$ZodType): Generator<z.core.$ZodType> {
  let layer: z.core.$ZodType | undefined = field;
  while (layer) {
    yield layer;
    const def = layer._zod.def as { innerType?: z.core.$ZodType; in?: z.core.$ZodType };
    layer = def.innerType ?? def.in;
  }
}

const isDefault = (def: z.core.$ZodTypeDef): def is z.core.$ZodDefaultDef =>
  def.type === 'default' || def.type === 'prefault';

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(String).join(',');
  return String(value);
}
