import type { ConfigRow } from '@plumbline/config';
import { describeConfig } from '@plumbline/config';
import type { DocumentedProcess } from '../processes.ts';
import { code, head, table } from './markdown.ts';

const introduction = `What each process reads from its environment, all of it, from the schema that parses it. An empty variable counts as unset.
A **secret** is never logged and never shown; local ones (\`local-…\`) are refused unless PLUMBLINE_LOCAL_STACK is true.`;

function rowOf({ name, default: fallback, required, description, secret }: ConfigRow) {
  const value = fallback === null ? (required ? '**required**' : 'unset') : code(fallback);
  return [code(name), value, secret ? '**secret**' : '', description];
}

function section({ name, config }: DocumentedProcess): string {
  const rows = config.flatMap((schema) => describeConfig(schema)).map(rowOf);
  return `\n## ${name}\n\n${table(['variable', 'default', '', 'meaning'], rows)}`;
}

export const configurationPage = (processes: readonly DocumentedProcess[]): string =>
  head('Configuration', introduction) +
  processes
    .filter(({ config }) => config.length > 0)
    .map(section)
    .join('');
