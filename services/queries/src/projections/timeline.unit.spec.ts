import { createHash } from 'node:crypto';
import { allTopics, catalogue } from '@plumbline/events';
import { expect, it } from 'vitest';
import { timelineProjection } from './timeline.ts';

/** What the rows of each version hold: every schema that an input may carry, in short. */
const schemasOf: Readonly<Record<number, string>> = {
  2: '54ef8e59c6944dbc',
  3: '2378e77718eced49',
  4: 'd678a1d4a8f982fb',
  5: '2226fb04352ae261',
};

it('has another version whenever the schema of something that it shows has changed', () => {
  const records = allTopics
    .filter(({ name }) => timelineProjection.inputs.includes(name))
    .flatMap((topic) => topic.records);
  const hash = createHash('sha256');
  for (const record of [...new Set(records)].sort()) {
    const schema = catalogue.schemas[record];
    if (schema === undefined) throw new Error(`${record} has no schema`);
    hash.update(record).update(schema);
  }
  expect(records.length).toBeGreaterThan(20);
  expect(hash.digest('hex').slice(0, 16)).toBe(schemasOf[timelineProjection.version]);
});
