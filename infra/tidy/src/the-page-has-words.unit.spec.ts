import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '@plumbline/consistency-alerts';
import { catalogue } from '@plumbline/events';
import { expect, it } from 'vitest';
import { repositoryRoot } from './repository-root.ts';

/** Words of a prefix, as the page has them in English; that the other languages have them compiles. */
const wordsOf = (file: string, prefix: string): readonly string[] => {
  const path = join(repositoryRoot, 'services/console/src/language', file);
  const keys = readFileSync(path, 'utf8').matchAll(new RegExp(`'${prefix}\\.(\\w+)':`, 'g'));
  return [...keys].map(([, code = '']) => code).sort();
};

/** Of an enum of a schema, but what stands for what newer code may say. */
function symbolsOf(record: string, field: string): readonly string[] {
  const { fields } = JSON.parse(catalogue.schemas[record] ?? '{}') as {
    readonly fields: readonly { readonly name: string; readonly type: unknown }[];
  };
  const type = fields.find(({ name }) => name === field)?.type;
  const { symbols } = type as { readonly symbols: readonly string[] };
  return symbols.filter((each) => each !== 'UNKNOWN').sort();
}

it('the page names every rule that there is, so that each can be filtered by', () => {
  expect(wordsOf('messages-en.ts', 'rule')).toEqual(rules.map(({ id }) => id).sort());
});

it('the page has words for whatever remedies do and incidents end with', () => {
  const kinds = symbolsOf('plumbline.remedies.RemedyProposed', 'kind');
  expect(kinds).toContain('REFUND');
  expect(wordsOf('watching-en.ts', 'remedy')).toEqual(expect.arrayContaining([...kinds]));
  const endings = symbolsOf('plumbline.incidents.IncidentEnded', 'reason');
  expect(wordsOf('watching-en.ts', 'ending')).toEqual(endings);
});
