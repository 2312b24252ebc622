import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Hostile, Layer } from './testing/hostile.ts';
import { hostile } from './testing/hostile.ts';

const pageUrl = new URL('../../../docs/ssrf.md', import.meta.url);
const begin = '<!-- the corpus: begin -->\n';
const end = '<!-- the corpus: end -->';

const layers: Readonly<Record<Layer, string>> = {
  url: '1, the URL',
  address: '2, the addresses',
  peer: '3, the peer',
};

/** Control characters are spelt out, and what is long is cut. */
const shown = (url: string): string => {
  const text = JSON.stringify(url).slice(1, -1).replaceAll('\\\\', '\\').replaceAll('|', '\\|');
  return `\`${text.length > 70 ? `${text.slice(0, 50)}… (${text.length} characters)` : text}\``;
};

function answersOf({ stoppedBy, answers }: Hostile): string {
  if (stoppedBy !== 'address') return '';
  return answers
    .map((answer) => (answer.length > 4 ? `${answer.length} addresses` : answer.join(', ')))
    .join('; then ');
}

function tableOf(entries: readonly Hostile[]): string {
  const rows = entries.map((entry) => {
    const by = `${layers[entry.stoppedBy]}: \`${entry.code}\``;
    return `| ${entry.name} | ${shown(entry.url)} | ${answersOf(entry)} | ${by} |`;
  });
  return [
    '| it tries | URL | the name server says | stopped by |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const partOf = (page: string): string =>
  page.slice(page.indexOf(begin) + begin.length, page.indexOf(end));

const withPart = (page: string, part: string): string =>
  page.slice(0, page.indexOf(begin)) + begin + part + page.slice(page.indexOf(end));

it('docs/ssrf.md lists the corpus as it is; PLUMBLINE_WRITE_DOCS=true writes it anew', async () => {
  const page = await readFile(pageUrl, 'utf8');
  const table = tableOf(hostile);
  if (process.env['PLUMBLINE_WRITE_DOCS'] === 'true')
    await writeFile(pageUrl, withPart(page, table));
  expect(partOf(await readFile(pageUrl, 'utf8'))).toBe(table);
});

it('a table that lacks an entry is told from the corpus', () => {
  expect(tableOf(hostile.slice(1))).not.toBe(tableOf(hostile));
});
