/**
 * Writes src/generated/ from avro/. With `--check` it writes nothing and exits 1 when a file there
 * is not what it would write.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { currentSchemas, loadDefinitions, packageFolder } from './schemas.mjs';

const target = `${packageFolder}src/generated/`;
const head = '// Generated from avro/ by scripts/generate.mjs. Do not edit.\n';
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const primitives = { string: 'string', int: 'number', long: 'number', boolean: 'boolean' };
const logical = { 'timestamp-millis': 'number', 'minor-units': 'bigint', sequence: 'bigint' };

function typeScript(type, context) {
  if (Array.isArray(type)) return type.map((each) => typeScript(each, context)).join(' | ');
  if (typeof type === 'object') {
    if (type.type === 'array') return `readonly ${typeScript(type.items, context)}[]`;
    const name = type.type === 'long' ? logical[type.logicalType] : primitives[type.type];
    if (!name) throw new Error(`no TypeScript type for ${JSON.stringify(type)}`);
    return name;
  }
  if (type === 'null') return 'null';
  if (type === 'bytes') return 'Buffer';
  if (primitives[type]) return primitives[type];
  if (type.startsWith(`plumbline.${context}.`)) return type.split('.').at(-1);
  throw new Error(`${context} names ${type}, which is not of its own context`);
}

const remarks = { 'timestamp-millis': ' Epoch ms.', 'minor-units': '', sequence: '' };

function declaration({ schema, context }) {
  if (schema.type === 'enum') {
    const symbols = schema.symbols.map((symbol) => `'${symbol}'`).join(' | ');
    return `/** ${schema.doc} */\nexport type ${schema.name} = ${symbols};\n`;
  }
  const fields = schema.fields.map(({ name, type, doc }) => {
    const plain = Array.isArray(type) ? type[1] : type;
    const remark = remarks[plain.logicalType] ?? '';
    return `  /** ${doc}${remark} */\n  readonly ${name}: ${typeScript(type, context)};\n`;
  });
  return `/** ${schema.doc} */\nexport interface ${schema.name} {\n${fields.join('')}}\n`;
}

/** `OrdersEvent` with the names of its records, so that a topic can say what it carries. */
function union(context, kind, members) {
  const name = `${capital(context)}${capital(kind)}`;
  const branches = members.map(
    ({ schema }) => `  | { readonly type: '${schema.name}'; readonly data: ${schema.name} }`,
  );
  const names = members.map(({ fullName }) => `  '${fullName}',`);
  return [
    `export type ${name} =\n${branches.join('\n')};\n`,
    `/** Full record names of {@link ${name}}. */`,
    `export const ${context}${capital(kind)}Names = [\n${names.join('\n')}\n] as const;\n`,
  ].join('\n');
}

function files() {
  const definitions = loadDefinitions();
  const out = new Map();
  for (const context of new Set(definitions.map((each) => each.context))) {
    const own = definitions.filter((each) => each.context === context);
    const unions = ['event', 'command', 'inbox', 'record'].flatMap((kind) => {
      const members = own.filter((each) => each.kind === kind);
      return members.length === 0 ? [] : [union(context, kind, members)];
    });
    out.set(`${context}.ts`, [head, ...own.map(declaration), ...unions].join('\n'));
  }
  const schemas = [...currentSchemas()].map(
    ([name, text]) => `  '${name}':\n    ${JSON.stringify(text)},`,
  );
  out.set(
    'schemas.ts',
    `${head}
/** Every record that stands in a topic: full name to Avro schema, complete in itself. */
export const schemas: Readonly<Record<string, string>> = {\n${schemas.join('\n')}\n};\n`,
  );
  return out;
}

function read(file) {
  try {
    return readFileSync(target + file, 'utf8');
  } catch {
    return null;
  }
}

const wanted = files();
mkdirSync(target, { recursive: true });
const foreign = readdirSync(target).filter((file) => !wanted.has(file));
if (process.argv.includes('--check')) {
  const stale = [...wanted].filter(([file, text]) => read(file) !== text).map(([file]) => file);
  for (const file of [...stale, ...foreign]) console.error(`src/generated/${file} is stale`);
  process.exit(stale.length + foreign.length > 0 ? 1 : 0);
}
for (const file of foreign) rmSync(target + file);
for (const [file, text] of wanted) writeFileSync(target + file, text);
