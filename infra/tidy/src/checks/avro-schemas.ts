import type { Problem } from '../problem.ts';
import type { Tree } from '../tree.ts';

/** Every schema explains itself, and every enum can grow: without a default it never could. */
export function avroProblems(tree: Tree): readonly Problem[] {
  return [...tree]
    .filter(([path]) => path.startsWith('schemas/events/avro/') && path.endsWith('.avsc'))
    .flatMap(([where, text]) => problemsOf(JSON.parse(text), '').map((what) => ({ where, what })));
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '';

function problemsOf(type: unknown, within: string): readonly string[] {
  if (Array.isArray(type)) return type.flatMap((branch) => problemsOf(branch, within));
  if (!isFields(type)) return [];
  const name = isText(type['name']) ? type['name'] : within;
  switch (type['type']) {
    case 'record': {
      const fields = Array.isArray(type['fields']) ? type['fields'].filter(isFields) : [];
      return [...docProblem(type, name), ...fields.flatMap((field) => fieldProblems(field, name))];
    }
    case 'enum':
      return [...docProblem(type, name), ...enumProblems(type, name)];
    case 'array':
      return problemsOf(type['items'], name);
    case 'map':
      return problemsOf(type['values'], name);
    default:
      return problemsOf(type['type'], name);
  }
}

const docProblem = (of: Fields, name: string): readonly string[] =>
  isText(of['doc']) ? [] : [`${name} has no doc`];

function fieldProblems(field: Fields, record: string): readonly string[] {
  const name = `${record}.${String(field['name'])}`;
  const { type } = field as { readonly type?: unknown };
  const optional = Array.isArray(type) && type.includes('null');
  const nullFirst = !optional || (type[0] === 'null' && field['default'] === null);
  return [
    ...docProblem(field, name),
    ...(nullFirst ? [] : [`${name} is optional: null comes first and is its default`]),
    ...problemsOf(type, name),
  ];
}

function enumProblems(type: Fields, name: string): readonly string[] {
  const symbols = Array.isArray(type['symbols']) ? type['symbols'] : [];
  const fallback = type['default'];
  if (fallback === undefined) return [`the enum ${name} has no default and can never grow`];
  return symbols.includes(fallback)
    ? []
    : [`the default of the enum ${name} is none of its symbols`];
}
