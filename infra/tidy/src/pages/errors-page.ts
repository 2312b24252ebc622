import type { ErrorCodes } from '@plumbline/http';
import { commonErrorCodes } from '@plumbline/http';
import type { DocumentedProcess } from '../processes.ts';
import { code, head, table } from './markdown.ts';

const introduction = `Every code that an HTTP edge can answer, from the closed tables in the code. The code says what is wrong; the status is the
edge's translation of it.`;

function section(title: string, codes: ErrorCodes): string {
  const rows = Object.entries(codes)
    .sort(([a, { status: one }], [b, { status: other }]) => one - other || (a < b ? -1 : 1))
    .map(([name, { status, description }]) => [code(name), String(status), description]);
  return `\n## ${title}\n\n${table(['code', 'status', 'meaning'], rows)}`;
}

export const errorsPage = (processes: readonly DocumentedProcess[]): string =>
  head('Error codes', introduction) +
  section('any edge', commonErrorCodes) +
  processes
    .filter(({ errorCodes }) => Object.keys(errorCodes).length > 0)
    .map(({ name, errorCodes }) => section(name, errorCodes))
    .join('');
